/**
 * The S3-like server of the tests, around the files of a folder. Arguments: folder, milliseconds before each answer.
 * Prints the storage configuration as a line, and ends with stdin.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fakeS3 } from '../../integration_tests/fakes/s3.ts'

const [folder, delayMs] = process.argv.slice(2)
const server = await fakeS3()
for (const key of readdirSync(folder, { recursive: true })) {
  const path = join(folder, key)
  if (statSync(path).isFile()) server.put(key, readFileSync(path), { modified: statSync(path).mtime })
}
if (Number(delayMs) > 0) server.fault({ delayMs: Number(delayMs), times: Number.POSITIVE_INFINITY })
process.stdin.resume().on('end', () => server.close())
console.log(JSON.stringify(server.config))
