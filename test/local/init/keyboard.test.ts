// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references to environment variables
import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { openKeyboard } from '../../../src/local/init/keyboard.ts'

const UP = '\u001b[A'
const OPEN = { isSecret: false, isMultiline: false }
const SECRET = { isSecret: true, isMultiline: false }

function terminal() {
  const [input, screen, stop] = [new PassThrough(), new PassThrough(), new AbortController()]
  let shown = ''
  screen.setEncoding('utf8').on('data', (text: string) => (shown += text))
  const keyboard = openKeyboard(input as unknown as NodeJS.ReadStream, screen, stop.signal)
  /** Types while the question is open. */
  const answer = async (prompt: { isSecret: boolean; isMultiline: boolean }, ...typed: readonly string[]) => {
    const type = async () => {
      for (const part of typed) {
        input.write(part)
        await setImmediate()
      }
    }
    const [answered] = await Promise.all([keyboard.ask({ text: '> ', ...prompt }), type()])
    return answered
  }
  return { answer, keyboard, input, stop, shown: () => shown }
}

test('shows what is typed', async () => {
  const { answer, shown } = terminal()
  expect(await answer(OPEN, 'my-bux', '\u007f', 'cket', '\r')).toBe('my-bucket')
  expect(shown()).toContain('> my-bux')
})

test('shows nothing of a secret, however it is typed', async () => {
  const { answer, shown } = terminal()
  expect(await answer(SECRET, 'hunter2', '\u007f', '3', UP, '\r')).toBe('hunter3')
  expect(shown()).toBe('> ********\n')
})

test('shows no stars for a secret that is left out', async () => {
  const { answer, shown } = terminal()
  expect(await answer(SECRET, '\r')).toBe('')
  expect(shown()).toBe('> \n')
})

test('no key brings a secret back', async () => {
  const { answer, shown } = terminal()
  await answer(SECRET, 'hunter2\r')
  expect(await answer(OPEN, UP, UP, 'x\r')).toBe('x')
  expect(shown()).not.toContain('hunter')
})

test('lines that were pasted along with a secret are not the next answer, and are not shown', async () => {
  const { answer, shown } = terminal()
  expect(await answer(SECRET, 'first\rsecond\rthird')).toBe('first')
  expect(await answer(OPEN, 'mine\r')).toBe('mine')
  expect(shown()).not.toMatch(/second|third/)
})

test.each([
  ['{\r  "private_key": "a"\r}\r', '{\n  "private_key": "a"\n}'],
  ['{"private_key": "a"}\r', '{"private_key": "a"}'],
  ['${GCS_KEY}\r', '${GCS_KEY}'],
  // What will never be JSON is ended by an empty line.
  ['{"private\r\r', '{"private\n'],
])('a JSON text may go over several lines: %j', async (typed, expected) => {
  const { answer, shown } = terminal()
  expect(await answer({ isSecret: true, isMultiline: true }, typed)).toBe(expected)
  expect(shown()).toBe('> ********\n')
})

test('other secrets are one line, whatever they begin with', async () => {
  const { answer } = terminal()
  expect(await answer(SECRET, '{x\rmore\r}\r')).toBe('{x')
})

test('a person who leaves answers no more', async () => {
  const { answer, keyboard } = terminal()
  await expect(answer(OPEN, '\u0004')).rejects.toThrow('There are no more answers. Nothing was written.')
  await expect(keyboard.ask({ text: '> ', ...SECRET })).rejects.toThrow('Nothing was written.')
})

test('a run that is stopped answers no more', async () => {
  const { keyboard, stop } = terminal()
  const answered = keyboard.ask({ text: '> ', ...OPEN })
  stop.abort()
  await expect(answered).rejects.toThrow('Nothing was written.')
})
