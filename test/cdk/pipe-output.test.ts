import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { PipeOutput } from '../../src/cdk/pipe-output.ts'

const KB = 1024
/** What a pipe holds. */
const PIPE_BYTES = 64 * KB

let folder: string
let reading: number
let socket: Socket
let output: PipeOutput
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipe-output-'))
  const path = join(folder, 'pipe')
  execFileSync('sh', ['-c', `mkfifo '${path}'`])
  reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const descriptor = openSync(path, constants.O_WRONLY)
  socket = new Socket({ fd: descriptor, readable: false, writable: true })
  output = new PipeOutput(descriptor, socket)
})
afterEach(() => {
  socket.destroy()
  if (reading >= 0) closeSync(reading)
  rmSync(folder, { recursive: true })
})

const memory = Buffer.alloc(PIPE_BYTES)

/** What the reader finds now. */
function taken(): string {
  try {
    return memory.toString('latin1', 0, readSync(reading, memory))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}

async function takenTo(bytes: number): Promise<string> {
  let text = ''
  for (let i = 0; text.length < bytes && i < 10_000; i++) {
    text += taken()
    await turn()
  }
  return text
}

test('all that is written comes out, in order, however it is read, pumped and waited for', async () => {
  const size = fc.constantFrom(1, 100, PIPE_BYTES - 1, PIPE_BYTES, PIPE_BYTES + 1, 512 * KB, 700 * KB, 1024 * KB + 1)
  const step = fc.oneof(size, fc.constantFrom('pump', 'turn', 'read', 'read', 'empty'))
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      let [written, read, letter] = ['', '', 0]
      for (const step of steps) {
        if (step === 'pump') output.pump()
        else if (step === 'turn') await turn()
        else if (step === 'read') read += taken()
        else {
          const piece = String(letter++ % 10).repeat(step === 'empty' ? 0 : (step as number))
          written += piece
          const lent = Buffer.from(piece)
          let isDone = false
          output.write(lent, () => {
            isDone = true
          })
          while (!isDone) {
            await turn()
            if (!isDone) read += taken()
          }
          // It is ours again.
          lent.fill('!')
        }
      }
      read += await takenTo(written.length - read.length)
      expect(read === written).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('what found no room goes on with a pump, without a turn of the event loop', () => {
  output.write(Buffer.alloc(3 * PIPE_BYTES, 'x'))
  expect(output.writableLength).toBe(0)
  const pieces = [0, 1, 2].map(() => {
    const { length } = taken()
    output.pump()
    return length
  })
  expect(pieces).toEqual([PIPE_BYTES, PIPE_BYTES, PIPE_BYTES])
})

test('what found no room goes on by itself', async () => {
  output.write(Buffer.alloc(3 * PIPE_BYTES, 'x'))
  expect((await takenTo(3 * PIPE_BYTES)).length).toBe(3 * PIPE_BYTES)
})

test('a pump with nothing to do, or no room to do it, does nothing', () => {
  output.pump()
  output.write(Buffer.alloc(2 * PIPE_BYTES, 'x'))
  output.pump()
  output.pump()
  expect(taken().length).toBe(PIPE_BYTES)
})

test('more than a megabyte waits for its reader', async () => {
  const piece = Buffer.alloc(512 * KB, 'x')
  for (let i = 0; i < 2; i++) output.write(piece)
  expect(output.writableLength).toBe(0)
  for (let i = 0; i < 2; i++) output.write(piece)
  expect(output.writableLength).toBeGreaterThan(0)
  expect((await takenTo(4 * piece.length)).length).toBe(4 * piece.length)
  expect(output.writableLength).toBe(0)
})

test('an empty piece is done when all before it is passed on', async () => {
  output.write(Buffer.alloc(3 * PIPE_BYTES, 'x'))
  let isDone = false
  output.write('', () => {
    isDone = true
  })
  for (const passedOn of [false, true]) {
    expect((await takenTo(PIPE_BYTES)).length).toBe(PIPE_BYTES)
    await turn()
    expect(isDone).toBe(passedOn)
  }
})

test.each<[string, () => void]>([
  ['writing', () => void output.write('x')],
  ['pumping', () => output.pump()],
  ['a turn', () => undefined],
])('a reader that is gone is an error, found by %s', async (_, does) => {
  output.write(Buffer.alloc(2 * PIPE_BYTES, 'x'))
  closeSync(reading)
  reading = -1
  does()
  expect(await once(output, 'error')).toMatchObject([{ code: 'EPIPE' }])
})
