/** The WebAssembly that assembly/mapper.ts is compiled to, and its memory. */
import { type Global, type Memory, webAssembly } from '../../cdk/web-assembly.ts'
import { generatedFile } from '../../files.ts'

export interface Core {
  readonly memory: Memory
  readonly rowsDone: Global
  readonly inputAt: Global
  map(...positions: readonly number[]): void
}

/** The first address that is ours. */
export const BASE = 65_536

const instantiate = webAssembly(generatedFile('mapper.wasm'))

export const newCore = (): Core => instantiate() as Core
