/** The usual track calls of a stream as steps: what track.ts says of values, said once for all records. */
import type { Mapping } from '../../config.ts'
import type { Mapper } from '../target.ts'
import { usualContext } from './context.ts'
import type { Dialect } from './dialect.ts'
import { identifies } from './identify.ts'
import { nameSteps } from './names.ts'
import { loopGuard, openingSteps } from './opening.ts'
import type { Properties } from './properties.ts'
import type { WriteKeys } from './route.ts'
import { type Step, text } from './steps.ts'
import type { StreamType } from './stream-type.ts'

/** Undefined for streams whose records need to be looked at one by one. */
export function trackCompiler(
  dialect: Dialect,
  type: StreamType,
  mapping: Mapping,
  { plan, steps: propertySteps }: Properties,
  writeKeys: WriteKeys,
): Mapper['compile'] {
  if (identifies(type, mapping)) return undefined
  const name = nameSteps(type, dialect.names, mapping, plan)
  const opening = openingSteps(dialect, mapping, plan)
  const context = text(usualContext(dialect, type, mapping))
  const guard = text(loopGuard(dialect, mapping))

  return (names) => {
    const outline = plan.outline(names)
    const properties = outline && propertySteps(outline)
    const routes = outline && writeKeys.steps(names, outline.numbers)
    if (!properties || !routes) return undefined
    const steps: readonly Step[] = [
      ...routes,
      ...text('{"type":"track","event":'),
      ...name,
      ...text(','),
      ...opening,
      { kind: 'object', key: ',"context":', steps: [...context, ...outline.stepsAt('context')] },
      ...guard,
      { kind: 'object', key: ',"traits":', steps: outline.stepsAt('traits') },
      ...text(',"properties":{'),
      ...properties,
      ...text('}}'),
    ]
    return { numbers: outline.numbers, steps, writeKeys: writeKeys.all, isCurrent: outline.isCurrent }
  }
}
