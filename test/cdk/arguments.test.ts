import { expect, test } from '@jest/globals'
import { COMMANDS, parseArguments } from '../../src/cdk/arguments.ts'
import { ConfigError } from '../../src/cdk/errors.ts'

const parse = (line: string, role: keyof typeof COMMANDS = 'source') =>
  parseArguments(line === '' ? [] : line.split(' '), { name: 'my-connector', commands: COMMANDS[role] })

const debug = false
test.each([
  ['spec', 'source', { command: 'spec', debug }],
  ['check --config c', 'source', { command: 'check', debug, config: 'c' }],
  ['check --config=c --debug', 'source', { command: 'check', debug: true, config: 'c' }],
  ['discover --config c', 'destination', { command: 'discover', debug, config: 'c' }],
  ['read --catalog k --config c', 'source', { command: 'read', debug, config: 'c', catalog: 'k', state: undefined }],
  [
    'read --config c --catalog k --state s',
    'source',
    { command: 'read', debug, config: 'c', catalog: 'k', state: 's' },
  ],
  ['write --config c --catalog k', 'destination', { command: 'write', debug, config: 'c', catalog: 'k' }],
  ['check --config a --config b', 'source', { command: 'check', debug, config: 'b' }],
  ['check --config=-c', 'source', { command: 'check', debug, config: '-c' }],
] as const)('understands %s', (line, role, expected) => {
  expect(parse(line, role)).toEqual(expected)
})

test.each([
  ['', 'source', ['No command was given', 'spec, check, discover, read', 'my-connector --help']],
  ['chek --config c', 'source', ['no command "chek"', 'Did you mean "check"?']],
  ['write --config c', 'source', ['no command "write"', 'spec, check, discover, read']],
  ['read --config c', 'destination', ['no command "read"', 'spec, check, discover, write']],
  ['--config c check', 'source', ['The command comes before its options']],
  ['check', 'source', ['check needs --config', 'my-connector check --config config.json']],
  ['read --config c', 'source', ['read needs --catalog']],
  ['read --config c --catalog k --stat s', 'source', ["'--stat'", 'Did you mean --state?']],
  ['check --confg c', 'source', ["'--confg'", 'Did you mean --config?']],
  ['check --config', 'source', ["'--config <file>'", 'missing']],
  ['check --config= --debug', 'source', ["'--config <file>'", 'missing']],
  ['read --config --catalog k', 'source', ["'--config <file>'", 'missing']],
  ['spec --debug=yes', 'source', ["'--debug' takes no value"]],
  ['spec -d', 'source', ["Unknown option '-d'"]],
  ['spec --__proto__', 'source', ["Unknown option '--__proto__'"]],
  ['check c', 'source', ['Too many arguments']],
  ['check --config c -- d', 'source', ['Too many arguments']],
  ['spec --config c', 'source', ["'--config'"]],
] as const)('refuses "%s" and says what to write', (line, role, parts) => {
  expect(() => parse(line, role)).toThrow(ConfigError)
  for (const part of parts) expect(() => parse(line, role)).toThrow(part)
})

test('does not repeat the value of an option that it does not know', () => {
  expect(() => parse('check --write_key=s3cr3t')).toThrow("Unknown option '--write_key'.")
})

test.each(['--help', '-h', 'help'])('%s explains every command, with an example', (word) => {
  const help = parse(word)
  const text = help.command === 'help' ? help.text : ''
  for (const command of COMMANDS.source) expect(text).toContain(`  my-connector ${command}`)
  expect(text).toContain('my-connector read --config config.json --catalog catalog.json')
})

test.each(['read --help', 'read -h', 'read --config c -h'])('%s explains its options, with an example', (line) => {
  const help = parse(line)
  const text = help.command === 'help' ? help.text : ''
  for (const part of ['--config <file>', '--catalog <file>', '--state <file>', '--debug']) expect(text).toContain(part)
  expect(text).toContain('Example:\n  my-connector read --config config.json --catalog catalog.json')
})
