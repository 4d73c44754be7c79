/** Rejected records in a file of a local folder. */
import { access, constants, type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../../../cdk/errors.ts'
import type { RejectedStore } from '../../../config.ts'
import type { RejectedSink, RunName } from './sink.ts'

export type LocalConfig = Extract<RejectedStore, { storage_type: 'Local' }>

/** One file per run, made with the first record. Only its owner may read it: records hold personal data. */
export function localSink({ bucket_path }: LocalConfig, { started, name }: RunName): RejectedSink {
  const place = join(bucket_path, `${started.toISOString().slice(0, 10)}-${name}.jsonl`)
  let file: FileHandle | undefined
  return {
    place,
    async append(bytes) {
      try {
        file ??= await openFile(bucket_path, place)
        await file.appendFile(bytes)
        await file.datasync()
      } catch (error) {
        throw unwritable(bucket_path, error)
      }
    },
    async close() {
      await file?.close()
    },
  }
}

/** Throws a ConfigError unless records could be kept there. */
export async function checkLocal({ bucket_path }: LocalConfig): Promise<void> {
  try {
    await mkdir(bucket_path, { recursive: true, mode: 0o700 })
    await access(bucket_path, constants.W_OK)
  } catch (error) {
    throw unwritable(bucket_path, error)
  }
}

async function openFile(folder: string, path: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return open(path, 'a', 0o600)
}

function unwritable(folder: string, cause: unknown): ConfigError {
  const { code } = cause as NodeJS.ErrnoException
  const remedy = 'Check object_storage_config.bucket_path: in a container it must be a mounted, writable folder.'
  return new ConfigError(`Rejected records can't be written to the folder "${folder}" (${code}). ${remedy}`, { cause })
}
