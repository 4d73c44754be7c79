/** Generators of JSON text, and of what is almost JSON text. */
import fc from 'fast-check'

const space = fc.constantFrom('', '', '', ' ', '\t', '\r', '  ')

/** Names that collide, some in two spellings, and names that are traps. */
const name = fc.constantFrom(
  ...['"type"', '"record"', '"stream"', '"namespace"', '"data"', '"d\\u0061ta"', '"stre\\u0061m"', '"emitted_at"'],
  ...['"a"', '"\\u0061"', '"__proto__"', '"constructor"', '""', '"é"', '"\\u00e9"', '"a\\"b"', '"😀"', '"1"'],
)

const scalar = fc.constantFrom(
  ...['0', '-0', '1', '-1.5e+10', '1e39', '9007199254740993', '99999999999999999999.0', 'true', 'false', 'null'],
  ...[
    '""',
    '"RECORD"',
    '"STATE"',
    '"LOG"',
    '"users"',
    '"a\\nb"',
    '"\\\\"',
    '"\\""',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"é€😀"',
  ],
  ...['"{\\"data\\":{}}"', '"\u2028"', '"\u007f"'],
)

/** Texts of JSON values, nested, with whitespace and with members that come twice. */
export const jsonText = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('object'), tie('array')),
  object: objectText(tie('value')),
  array: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
}))

/** The text of an object whose values are these. */
export function objectText(value: fc.Arbitrary<string>, names: fc.Arbitrary<string> = name): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(member(names, value), { maxLength: 5 }), space)
    .map(([members, s]) => `{${members.join(',') || s}}`)
}

function member(names: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, names, space, value, space).map(([a, n, b, v, c]) => `${a}${n}${b}:${b}${v}${c}`)
}

/** A text with one character taken out, put in or changed. */
export const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      text,
      fc.nat(),
      fc.nat({ max: 1 }),
      fc.constantFrom('', ...'{}[],:"\\ u0e.-+tfn', '\u0000', '\u0001', '\u001f', 'é'),
    )
    .map(([text, place, cut, char]) => {
      const at = place % (text.length + 1)
      // Half of a surrogate pair has no UTF-8.
      return Buffer.from(text.slice(0, at) + char + text.slice(at + cut)).toString()
    })

/** A soup of JSON's characters. */
export const soup = fc
  .array(fc.constantFrom(...'{}[],:"\\ 019.-+eEutrfalsn', '"a"', 'null', '\\u00e9', '\u0001', 'é'))
  .map((s) => s.join(''))

/** Objects whose members mostly have these names and values, in any order, with others between them. */
const mostly = (members: Readonly<Record<string, fc.Arbitrary<string>>>, others: fc.Arbitrary<string>) => {
  const wanted = Object.entries(members).map(([name, value]) => member(fc.constant(JSON.stringify(name)), value))
  return fc
    .tuple(fc.array(member(name, others), { maxLength: 2 }), ...wanted)
    .chain(([strays, ...found]) => fc.shuffledSubarray([...found, ...strays], { minLength: found.length }))
    .map((members) => `{${members.join(',')}}`)
}

const mainly = (text: string, other: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: other })

/** Lines that are, or nearly are, RECORD messages. */
export const lineText = mostly(
  {
    type: mainly('"RECORD"', scalar),
    record: mostly(
      {
        stream: mainly('"users"', scalar),
        namespace: mainly('"public"', scalar),
        data: fc.oneof({ weight: 6, arbitrary: objectText(jsonText.value) }, { weight: 1, arbitrary: jsonText.value }),
      },
      jsonText.value,
    ),
  },
  jsonText.value,
)
