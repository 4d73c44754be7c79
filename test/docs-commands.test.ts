/** Documents stay true: links lead somewhere, commands exist with their options, tours work as they are written. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import type { Command } from 'commander'
import { COMMANDS, parseArguments } from '../src/cdk/arguments.ts'
import { localProgram } from '../src/local/cli.ts'
import { EXAMPLES, MORE } from '../src/local/examples.ts'
import type { Terminal } from '../src/local/terminal.ts'
import { still } from './cdk/environment.ts'

const ROOT = new URL('../', import.meta.url)
const REPOSITORY = 'https://github.com/braze-currents/braze-currents/'
jest.setTimeout(300_000)

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'src/cdk/README.md',
  'deploy/README.md',
  ...readdirSync(new URL('docs', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
]
const textOf = (page: string): string => readFileSync(new URL(page, ROOT), 'utf8')

// ------------------------------------------------------------------------------------------------------------- links

/** The last part of the address of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

const withoutCode = (markdown: string): string =>
  markdown.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '')

const anchorsIn = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading))

/** What is wrong with a link, if anything. */
function faultOfLink(page: string, link: string): string | undefined {
  const inside = link.startsWith(REPOSITORY) ? link.replace(/^.*?\/(blob|tree)\/main\//, '/') : link
  if (/^https:\/\//.test(inside)) return undefined
  const [path = '', anchor] = inside.split('#')
  const target = path === '' ? page : posix.join(path.startsWith('/') ? '.' : posix.dirname(page), path)
  if (!existsSync(new URL(target, ROOT))) return `${link}: there is no ${target}`
  if (anchor === undefined || anchorsIn(target).includes(anchor)) return undefined
  return `${link}: ${target} has no such heading`
}

test.each(PAGES)('the links of %s lead somewhere', (page) => {
  const links = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  expect(links.flatMap((link) => faultOfLink(page, link) ?? [])).toEqual([])
})

test.each([
  ['local.md', undefined],
  ['local.md#exit-codes', undefined],
  ['#kubernetes', '#kubernetes: docs/source.md has no such heading'],
  ['no.md', 'no.md: there is no docs/no.md'],
  [`${REPOSITORY}tree/main/catalogs`, undefined],
  [`${REPOSITORY}blob/main/no.md`, `${REPOSITORY}blob/main/no.md: there is no no.md`],
])('of the link %s in docs/source.md is found: %s', (link, fault) => {
  expect(faultOfLink('docs/source.md', link)).toBe(fault)
})

// ---------------------------------------------------------------------------------------------------------- commands

/** The words of a command as a shell sees them, up to the first sign that ends it. */
function wordsOf(line: string): readonly string[] {
  const words = line.matchAll(/\s*((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+)/g)
  const all = [...words].map(([, word = '']) => word)
  const end = all.findIndex((word) => /^([|&;<>#]|\d?>)/.test(word))
  const own = end < 0 ? all : all.slice(0, end)
  return own.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, a, b, c) => a ?? b ?? c))
}

const blocksOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, block = '']) => block)

const linesOf = (block: string): readonly string[] => block.replaceAll(/\\\n\s*/g, ' ').split('\n')

/** What follows the program's name, wherever a line runs it; and the arguments of containers. */
const argumentsIn = (line: string): readonly (readonly string[])[] => {
  const [, own] = /(?:node \S*dist\/main\.js|braze-currents(?= (?:[a-z]+ --|init)))(?: |$)(.*)/.exec(line) ?? []
  const [, docker] = /docker run .*? braze-currents (.*)/.exec(line) ?? []
  const [, args] = /^\s*args: \[(.*)\]$/.exec(line) ?? []
  if (args !== undefined) return [args.split(', ')]
  const found = docker ?? own
  return found === undefined ? [] : [wordsOf(found)]
}

/** Parses without running. Throws what a person would be told. */
async function parse(argv: readonly string[]): Promise<void> {
  const [first = '', ...rest] = argv
  if (first === 'source' || first === 'destination') return parseProtocol(first, rest)
  if (first === 'write') return parseProtocol('destination', argv)
  if (['spec', 'check', 'discover', 'read'].includes(first)) return parseProtocol('source', argv)
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const terminal: Terminal = { out: say, err: say, screen: undefined, columns: 80, conceal: () => {}, clean: String }
  const program: Command = localProgram('0', terminal, still())
  for (const command of program.commands) command.action(() => {})
  await program.parseAsync([...argv], { from: 'user' }).catch(() => {
    throw new Error(said.join(''))
  })
}

const parseProtocol = async (role: keyof typeof COMMANDS, argv: readonly string[]): Promise<void> =>
  void parseArguments(argv, { name: role, commands: COMMANDS[role] })

const DOCUMENTED = PAGES.flatMap((page) =>
  blocksOf(page)
    .flatMap(linesOf)
    .flatMap(argumentsIn)
    .map((argv) => [page, argv.join(' '), argv] as const),
)

test('finds commands in the documents', () => {
  const pages = new Set(DOCUMENTED.map(([page]) => page))
  expect([...pages]).toEqual(
    expect.arrayContaining(['README.md', 'docs/local.md', 'docs/migration.md', 'docs/source.md']),
  )
  expect(DOCUMENTED.length).toBeGreaterThan(25)
})

test.each(DOCUMENTED)('%s: %s', async (_page, _text, argv) => {
  await expect(parse(argv)).resolves.toBeUndefined()
})

test.each([
  ...Object.values(EXAMPLES).flat(),
  ...linesOf(MORE).flatMap((line) => line.split('  braze-currents ').slice(1)),
])('help: %s', async (line) => {
  await expect(parse(wordsOf(line))).resolves.toBeUndefined()
})

test.each([
  ['sync --sorce-config a --destination-config b', 'required option'],
  ['sync --source-config a --destination-config b --sate c', 'Did you mean --state?'],
  ['synk', 'Did you mean sync?'],
  ['sample --out x --events many', 'whole number'],
  ['sample --out x --format csv', 'Allowed choices'],
  ['read --config a', 'read needs --catalog'],
])('it would be noticed that %s is wrong', async (line, message) => {
  await expect(parse(wordsOf(line))).rejects.toThrow(message)
})

test.each(PAGES)('the scripts that %s names exist', (page) => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> }
  const known = new Set(['ci', 'install', 'link', ...Object.keys(scripts)])
  const named = [...textOf(page).matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:-]*)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test.each(PAGES)('the files that commands of %s bring along exist', (page) => {
  const given = blocksOf(page).flatMap(linesOf).flatMap(argumentsIn).flat()
  const ours = given.filter((word) => /^(catalogs|examples)\//.test(word))
  expect(ours.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
})

// ------------------------------------------------------------------------------------------------------------- tours

const MAIN = fileURLToPath(new URL('dist/main.js', ROOT))
const scratch = mkdtempSync(join(tmpdir(), 'docs-'))
const running: ChildProcess[] = []
afterEach(() => {
  for (const process of running.splice(0)) process.kill()
})
afterAll(() => rmSync(scratch, { recursive: true }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** Runs a line in the foreground; one that ends in & until it says something, and goes on. */
async function run(line: string, folder: string): Promise<string> {
  const [argv = []] = argumentsIn(line)
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  if (/ &\s*(#|$)/.test(line)) {
    await once(child.stdout, 'data')
    return output.stdout
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${line} ended with ${code}: ${output.stderr}`)
  return output.stdout
}

/** As in a fresh clone, but on a port that is free, and with fewer events. */
async function tour(page: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(scratch, 'tour-'))
  const port = String(await freePort())
  const elsewhere = (text: string) => text.replaceAll('8080', port).replace(/--events \d+/, '--events 300')
  cpSync(new URL('examples', ROOT), join(folder, 'examples'), { recursive: true })
  for (const name of readdirSync(join(folder, 'examples'))) {
    const path = join(folder, 'examples', name)
    writeFileSync(path, elsewhere(readFileSync(path, 'utf8')))
  }
  const said: string[] = []
  for (const line of linesOf(elsewhere(stepsOf(page)))) {
    if (argumentsIn(line).length > 0) said.push(await run(line, folder))
  }
  return said
}

/** A page whose commands come one by one, each with its output. */
const RECORDING = 'docs/first-ten-minutes.md'

const stepsOf = (page: string): string =>
  page === RECORDING
    ? [...textOf(page).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block).join('')
    : (blocksOf(page).find((block) => block.includes(' collector ')) ?? '')

const SUM = /^300 read = 300 delivered \+ 0 skipped \+ 0 rejected/m

test.each(['README.md', 'docs/local.md'])('the tour of %s works as it is written', async (page) => {
  expect((await tour(page)).at(-1)).toMatch(SUM)
})

test(`the commands of ${RECORDING} do what it says`, async () => {
  const said = await tour(RECORDING)
  expect(said.at(-2)).toMatch(SUM)
  expect(said.at(-1)).toBe('Nothing new in 106 streams.\n')
})
