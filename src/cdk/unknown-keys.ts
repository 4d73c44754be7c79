import { didYouMean } from './nearest.ts'

type Schema = Readonly<Record<string, unknown>>

/** One sentence for each member of a configuration that the spec does not know: such a member has no effect. */
export function unknownKeys(schema: Schema, value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((item, i) => unknownKeys(objectAt(schema, 'items'), item, `${path}[${i}]`))
  if (!isObject(value)) return []
  const properties = propertiesFor(schema, value)
  // A schema without properties says nothing about them.
  if (Object.keys(properties).length === 0) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const place = path ? `${path}.${name}` : name
    if (!Object.hasOwn(properties, name)) return [sentence(place, name, Object.keys(properties))]
    return unknownKeys(objectAt(properties, name), member, place)
  })
}

const sentence = (place: string, name: string, known: readonly string[]): string =>
  `The configuration has an unknown field, ${JSON.stringify(place)}: it has no effect.${didYouMean(name, known)}`

/** Those of the object itself and of the variants of its oneOf that its constants choose; of all if they choose none. */
function propertiesFor(schema: Schema, value: Schema): Schema {
  const variants = Array.isArray(schema['oneOf']) ? schema['oneOf'].filter(isObject) : []
  const chosen = variants.filter((variant) => fits(objectAt(variant, 'properties'), value))
  const parts = [schema, ...(chosen.length > 0 ? chosen : variants)]
  return Object.assign({}, ...parts.map((part) => objectAt(part, 'properties')))
}

const fits = (properties: Schema, value: Schema): boolean =>
  Object.entries(properties).every(([name, property]) => {
    const isConstant = isObject(property) && 'const' in property
    return !isConstant || property['const'] === value[name]
  })

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function objectAt(schema: Schema, name: string): Schema {
  const value = schema[name]
  return isObject(value) ? value : {}
}
