/** The commands whose answer the platform reads from a file: `spec`, `check`, `discover`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AirbyteMessage } from '../../src/cdk/protocol.ts'
import { DESTINATION } from './entrypoint.ts'
import { messagesIn } from './messages.ts'

export interface Answered {
  readonly code: number | null
  readonly messages: readonly AirbyteMessage[]
  readonly stderr: string
}

/** Runs a command of the destination. Fails if a line of its answer is no message. */
export async function command(name: 'spec' | 'check' | 'discover', config?: object): Promise<Answered> {
  const folder = await mkdtemp(join(tmpdir(), 'platform-'))
  try {
    await writeFile(join(folder, 'config.json'), JSON.stringify(config ?? {}))
    const withConfig = config ? '--config config.json' : ''
    const shell = spawn('sh', ['-c', `eval "$AIRBYTE_ENTRYPOINT ${name} ${withConfig}" > out.jsonl 2> err.txt`], {
      cwd: folder,
      env: { ...process.env, AIRBYTE_ENTRYPOINT: DESTINATION },
      stdio: 'ignore',
    })
    const [code] = await once(shell, 'close')
    const [stdout, stderr] = await Promise.all(
      ['out.jsonl', 'err.txt'].map((file) => readFile(join(folder, file), 'utf8')),
    )
    return { code, messages: messagesIn(stdout ?? ''), stderr: stderr ?? '' }
  } finally {
    await rm(folder, { recursive: true })
  }
}
