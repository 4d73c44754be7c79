import { expect, test } from '@jest/globals'
import { localProgram, runCommand } from '../../src/local/cli.ts'
import type { Terminal } from '../../src/local/terminal.ts'
import { still } from '../cdk/environment.ts'

const nothing = () => {}

/** What a person is told, and the exit code. */
async function run(...argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  let said = ''
  const say = (text: string) => {
    said += text
  }
  const terminal: Terminal = { out: say, err: say, screen: undefined, columns: 80, conceal: nothing, clean: String }
  return { code: await runCommand(argv, '0', terminal, still()), said }
}

const TERMINAL: Terminal = {
  out: nothing,
  err: nothing,
  screen: undefined,
  columns: 80,
  conceal: nothing,
  clean: String,
}
/** Those of the protocol are parsed elsewhere. */
const COMMANDS = localProgram('0', TERMINAL, still()).commands.filter(({ options }) => options.length > 0)

const OPTIONS = COMMANDS.flatMap((command) => {
  const required = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? '', '1'])
  return command.options.flatMap(({ long }) => (long ? [[command.name(), long, required] as const] : []))
})

test('every command has options to mistype', () => {
  expect(COMMANDS.length).toBeGreaterThanOrEqual(6)
})

test.each(OPTIONS)('%s: who mistypes %s is offered it', async (command, option, required) => {
  const mistyped = `${option}x`
  const { code, said } = await run(command, ...required, mistyped)
  expect(code).toBe(1)
  expect(said).toMatch(/unknown option \S+\s+\(Did you mean /)
  expect(said).toContain(option)
})

const REQUIRED = OPTIONS.filter(([, option, required]) => required.includes(option))

test.each(REQUIRED)('%s: who mistypes %s, which is required, is offered it', async (command, option, required) => {
  const at = required.indexOf(option)
  const mistyped = `${option.slice(0, -2)}${option.slice(-1)}`
  for (const words of [[mistyped, 'a value'], [`${mistyped}=a value`]]) {
    const { code, said } = await run(command, ...required.slice(0, at), ...words, ...required.slice(at + 2))
    expect(code).toBe(1)
    expect(said).toContain(`unknown option '${mistyped}'\n(Did you mean ${option}?)`)
    expect(said).not.toContain('a value')
  }
})

test('what is required and was not given at all is named', async () => {
  const { code, said } = await run('sync', '--destination-config', 'd')
  expect([code, said.split('\n')[0]]).toEqual([1, "error: required option '--source-config <file>' not specified"])
})

test.each(COMMANDS.map((command) => command.name()))('who mistypes %s is offered it', async (name) => {
  const { code, said } = await run(`${name}x`)
  expect(code).toBe(1)
  expect(said).toContain(`(Did you mean ${name}?)`)
})
