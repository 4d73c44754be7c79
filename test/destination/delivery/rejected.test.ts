import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type FakeS3, fakeS3 } from '../../../integration_tests/fakes/s3.ts'
import { fromByteString, toByteString } from '../../../src/cdk/bytes.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { InputRecord } from '../../../src/cdk/input.ts'
import { checkLocal } from '../../../src/destination/delivery/rejected/local.ts'
import { checkS3, type S3Config } from '../../../src/destination/delivery/rejected/s3.ts'
import { type RejectedSink, runName } from '../../../src/destination/delivery/rejected/sink.ts'
import { openRejectedSink, RejectedRecords, rejectedLine } from '../../../src/destination/delivery/rejected.ts'
import { record } from './fakes.ts'

const AT = new Date('2026-11-22T01:02:03Z')
const REJECTION = { reason: 'refused_by_service', message: 'no "id" ü', status: 400 }
const AS_WRITTEN = { ...REJECTION, at: '2026-11-22T01:02:03.000Z' }

const lineOf = (text: string): InputRecord => ({ ...record('s', {}), line: toByteString(text) })

describe('a rejected record', () => {
  test('is its own line with one more member', () => {
    const line = '{"type":"RECORD", "record":{"stream":"s","data":{"n":9007199254740993,"t":"ü😀}"},"emitted_at":1} }'
    expect(fromByteString(rejectedLine(lineOf(line), REJECTION, AT))).toBe(
      '{"type":"RECORD", "record":{"stream":"s","data":{"n":9007199254740993,"t":"ü😀}"},"emitted_at":1} ' +
        `,"rejected":${JSON.stringify(AS_WRITTEN)}}`,
    )
  })

  test('says only why it is rejected now if it was rejected before', () => {
    const once = rejectedLine(lineOf('{"type":"RECORD","record":{}}'), { reason: 'oversize', message: 'x' }, AT)
    const twice = rejectedLine({ ...record('s', {}), line: once }, REJECTION, AT)
    expect(fromByteString(twice)).toBe(`{"type":"RECORD","record":{},"rejected":${JSON.stringify(AS_WRITTEN)}}`)
  })

  test.each([
    '{"type":"RECORD","record":{"data":{"a":1,"rejected":{"b":2}}}}',
    '{"record":{},"rejected":{"a":1},"b":2}',
  ])('keeps its own field of that name: %s', (line) => {
    expect(fromByteString(rejectedLine(lineOf(line), REJECTION, AT))).toBe(
      `${line.slice(0, -1)},"rejected":${JSON.stringify(AS_WRITTEN)}}`,
    )
  })

  test('is quoted if it can’t be read', () => {
    const line = rejectedLine(
      { type: 'UNREADABLE', isRecord: true, line: toByteString('{"type":"RECORD","ü') },
      REJECTION,
      AT,
    )
    expect(JSON.parse(fromByteString(line))).toEqual({
      type: 'UNREADABLE',
      line: '{"type":"RECORD","ü',
      rejected: AS_WRITTEN,
    })
  })
})

test.each([
  ['42', '42'],
  ['../../etc', 'etc'],
  [undefined, '20261122T010203-i'],
  ['', '20261122T010203-i'],
])('a run of job %s is called %s', (job, name) => {
  expect(runName(job, AT, 0.5).name).toBe(name)
})

describe('lines on their way', () => {
  function memory() {
    const appended: string[] = []
    const waiting: (() => void)[] = []
    const sink: RejectedSink = {
      place: 'memory',
      async append(bytes) {
        await new Promise<void>((resolve) => waiting.push(resolve))
        appended.push(bytes.toString())
      },
      close: async () => undefined,
    }
    return { sink, appended, waiting }
  }

  test('are kept in order, once each, and are clean only then', async () => {
    const { sink, appended, waiting } = memory()
    const records = new RejectedRecords(sink)
    expect(records.isClean).toBe(true)
    records.add('1')
    records.add('2')
    expect([records.isClean, records.bytes]).toEqual([false, 4])
    const first = records.flush()
    records.add('3')
    const second = records.flush()
    await Promise.resolve()
    waiting.shift()?.()
    await first
    expect([appended, records.isClean]).toEqual([['1\n2\n'], false])
    await Promise.resolve()
    waiting.shift()?.()
    await second
    expect([appended, records.isClean]).toEqual([['1\n2\n', '3\n'], true])
  })

  test('are never clean again after a failure', async () => {
    const sink: RejectedSink = {
      place: 'nowhere',
      append: async () => {
        throw new Error('disk full')
      },
      close: async () => undefined,
    }
    const records = new RejectedRecords(sink)
    records.add('1')
    await expect(records.flush()).rejects.toThrow('disk full')
    await expect(records.flush()).rejects.toThrow('disk full')
    expect(records.isClean).toBe(false)
  })
})

test.each([undefined, { storage_type: 'None' } as const])('there is no store for %p', async (config) => {
  expect(await openRejectedSink(config, runName('1', AT, 0))).toBeUndefined()
})

describe('in a local folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rejected-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const open = (path: string) => openRejectedSink({ storage_type: 'Local', bucket_path: path }, runName('42', AT, 0))

  test('lines go to one file per job, which only its owner may read', async () => {
    const sink = await open(join(folder, 'deep/er'))
    await sink?.append(Buffer.from('1\n'))
    await sink?.append(Buffer.from('2\n'))
    await sink?.close()
    expect(sink?.place).toBe(join(folder, 'deep/er/2026-11-22-42.jsonl'))
    expect(await readFile(sink?.place ?? '', 'utf8')).toBe('1\n2\n')
    expect((await stat(sink?.place ?? '')).mode & 0o777).toBe(0o600)
  })

  test('a second attempt adds to the file of the first', async () => {
    for (const line of ['1\n', '2\n']) {
      const sink = await open(folder)
      await sink?.append(Buffer.from(line))
      await sink?.close()
    }
    expect(await readFile(join(folder, '2026-11-22-42.jsonl'), 'utf8')).toBe('1\n2\n')
  })

  test('no file is made without a rejected record', async () => {
    await (await open(folder))?.close()
    expect(await readdir(folder)).toEqual([])
  })

  test('a folder that can’t be one is a ConfigError that names it', async () => {
    const path = join(folder, 'file')
    await writeFile(path, '')
    const sink = await open(path)
    const failure = new RegExp(`"${path}" \\(EEXIST\\)\\. Check object_storage_config\\.bucket_path`)
    await expect(sink?.append(Buffer.from('1'))).rejects.toThrow(failure)
    await expect(checkLocal({ storage_type: 'Local', bucket_path: path })).rejects.toBeInstanceOf(ConfigError)
    await expect(checkLocal({ storage_type: 'Local', bucket_path: folder })).resolves.toBeUndefined()
  })
})

describe('in a bucket', () => {
  let s3: FakeS3
  let config: S3Config
  beforeEach(async () => {
    s3 = await fakeS3({ bucket: 'kept' })
    config = {
      storage_type: 'S3',
      s3_bucket_name: 'kept',
      s3_bucket_region: s3.config.region_name,
      bucket_path: '/rejected/records/',
      access_key_id: s3.config.aws_access_key_id ?? '',
      secret_access_key: s3.config.aws_secret_access_key ?? '',
      s3_endpoint: s3.endpoint,
    }
  })
  afterEach(() => s3.close())

  const keys = () =>
    s3.requests.filter(({ method }) => method === 'PUT').map(({ url }) => decodeURIComponent(url.pathname))

  test('every flush is an object in the folder of the job', async () => {
    const sink = await openRejectedSink(config, runName('42', AT, 0))
    await sink?.append(Buffer.from('1\n'))
    await sink?.append(Buffer.from('2\n'))
    await sink?.close()
    expect(sink?.place).toBe('s3://kept/rejected/records/42/')
    const run = AT.getTime().toString(36)
    expect(keys()).toEqual([1, 2].map((part) => `/kept/rejected/records/42/${run}-00000${part}.jsonl`))
    expect(s3.get(`rejected/records/42/${run}-000002.jsonl`)?.content.toString()).toBe('2\n')
  })

  test('a key without the right is a ConfigError', async () => {
    s3.fault({ refuse: { status: 403, code: 'AccessDenied' } })
    const attempt = checkS3(config)
    await expect(attempt).rejects.toBeInstanceOf(ConfigError)
    await expect(attempt).rejects.toThrow(/bucket "kept" \(AccessDenied, 403\).*grant s3:PutObject/)
  })

  test('a bucket that is not there is a ConfigError', async () => {
    await expect(checkS3({ ...config, s3_bucket_name: 'other' })).rejects.toThrow(/"other" \(NoSuchBucket, 404\)/)
  })

  test('a server in trouble is a TransientError', async () => {
    s3.fault({ refuse: { status: 503, code: 'SlowDown' }, times: 9 })
    await expect(checkS3(config)).rejects.toBeInstanceOf(TransientError)
  })

  test('a check leaves an empty object', async () => {
    await checkS3(config)
    expect(keys()).toEqual(['/kept/rejected/records/.check'])
  })
})
