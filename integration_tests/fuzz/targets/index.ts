import type { Target } from '../target.ts'
import { avroBlock } from './avro-block.ts'
import { avroContainer } from './avro-file.ts'
import { config } from './config.ts'
import { customHttp } from './custom-http.ts'
import { key } from './key.ts'
import { lines } from './lines.ts'
import { mapping } from './mapping.ts'
import { scanner } from './scanner.ts'
import { state } from './state.ts'
import { stateLine } from './state-line.ts'

export const TARGETS: readonly Target[] = [
  avroContainer,
  avroBlock,
  customHttp,
  scanner,
  lines,
  stateLine,
  key,
  config,
  state,
  mapping,
]
