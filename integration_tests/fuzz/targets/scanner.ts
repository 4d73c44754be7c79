import { fromByteString } from '../../../src/cdk/bytes.ts'
import { MAX_DEPTH, Scanner } from '../../../src/cdk/json.ts'
import type { Target } from '../target.ts'
import { check, checkSame, depthOf, isObject, parsed, wellFormed } from './check.ts'

/** The scanner takes what JSON.parse takes, and finds the same members. */
export const scanner: Target = {
  name: 'scanner',
  words: [
    '\\u0041',
    '\\ud83d',
    '\\"',
    '"__proto__":',
    '1e400',
    '-0',
    '[[[[[[[[',
    '{"a":',
    'null',
    'true',
    'false',
    '\\\\',
  ],
  seeds: () =>
    [
      '{"a":1,"b":[true,false,null,-1.5e+3],"c":{"d":"\\u00e9\\n"}}',
      '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aF", 0, -0.1E-2, "é€😀"]',
      ' { "a" : { } , "a" : [ ] } ',
      '"plain"',
      '12345678901234567890',
      `${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`,
    ].map((text) => Buffer.from(text)),
  run(input) {
    const line = input.subarray(0, lineEnd(input))
    const alone = scan(line, 0, line.length)
    // The same line between others, where reading on would find more.
    const between = Buffer.concat([Buffer.from('{"x":"\n'), line, Buffer.from('\n"}]\\u0041"')])
    checkSame(scan(between, 7, 7 + line.length), alone, 'a line is read alike wherever it stands')
    const oracle = parsed(line.toString('utf8'))
    const tooDeep = oracle !== undefined && depthOf(oracle.value) > MAX_DEPTH
    if (tooDeep) check(alone === undefined, 'nesting is bounded')
    else check((alone === undefined) === (oracle === undefined), 'it accepts what JSON.parse accepts', line.toString())
    if (alone && isObject(oracle?.value)) {
      const values = Object.fromEntries(alone.map(([name, text]) => [name, JSON.parse(text)]))
      checkSame(values, wellFormed(oracle.value), 'it finds the members that JSON.parse finds')
    }
    return `${alone === undefined ? 'refused' : 'taken'} ${tooDeep}`
  },
}

/** The members of a line's object (none for other values), or undefined if the line is no JSON. */
function scan(bytes: Buffer, start: number, end: number): readonly (readonly [string, string])[] | undefined {
  const scanner = new Scanner(bytes)
  const members: [string, string][] = []
  scanner.startLine(start, end)
  scanner.skipWhitespace()
  if (scanner.peek() === 0x7b)
    for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
      const { at } = scanner
      const name = scanner.failed ? '' : fromByteString(scanner.name())
      scanner.skipValue()
      members.push([name, fromByteString(scanner.text.slice(at, scanner.at))])
    }
  else scanner.skipValue()
  scanner.skipWhitespace()
  return scanner.failed || scanner.at !== end ? undefined : members
}

function lineEnd(input: Buffer): number {
  const at = input.indexOf(0x0a)
  return at < 0 ? input.length : at
}
