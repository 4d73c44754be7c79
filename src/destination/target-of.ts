import type { DestinationConfig } from '../config.ts'
import { rudderstack } from './rudderstack.ts'
import { segment } from './segment.ts'
import type { Target } from './target.ts'

/** The service of a configuration. */
export function targetOf(config: DestinationConfig): Target {
  switch (config.destination.service) {
    case 'segment':
      return segment(config.destination, config)
    case 'rudderstack':
      return rudderstack(config.destination, config)
  }
}
