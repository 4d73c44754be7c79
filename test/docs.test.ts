import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { DestinationConfig, SourceConfig } from '../src/config.ts'

const ROOT = new URL('../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const spec = (path: string): Schema => JSON.parse(text(path)).connectionSpecification

interface Schema {
  readonly title?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
}

const PAGES = [
  { path: 'docs/source.md', spec: spec('spec.json'), config: SourceConfig, names: 'storage' },
  { path: 'docs/destination.md', spec: spec('spec.destination.json'), config: DestinationConfig, names: 'destination' },
] as const

const code = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
  .map((name) => text(`src/${name}`))
  .join('\n')

/** The headings of Airbyte's page template, with the connector's name from the first. */
const headingsFor = (name: string): readonly string[] => [
  '## Prerequisites',
  '## Setup guide',
  `### Set up ${name}`,
  `### Set up the ${name} connector in Airbyte`,
  '## Supported sync modes',
  '## Supported Streams',
  '## Performance considerations',
  '## Data type map',
  '## Limitations & Troubleshooting',
  '## Tutorials',
  '## IP allow list',
  '## Changelog',
]

test.each(PAGES)('$path has the headings of the template, in order', ({ path }) => {
  const page = text(path)
  const wanted = headingsFor(/^# (.*)$/m.exec(page)?.[1] ?? '')
  const found = [...page.matchAll(/^#{2,3} .*$/gm)].map(([heading]) => heading)
  expect(found.filter((heading) => wanted.includes(heading))).toEqual(wanted)
})

test.each(PAGES)(
  '$path names what is required among the prerequisites',
  ({ path, spec: { required = [], properties } }) => {
    const prerequisites = text(path)
      .split(/^## /m)
      .find((section) => section.startsWith('Prerequisites'))
    for (const name of required) expect(prerequisites).toContain(properties?.[name]?.title)
  },
)

const keysOf = (schema: Schema): readonly string[] =>
  [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [name, ...keysOf(field)]),
    ...(schema.oneOf ?? []).flatMap(keysOf),
    ...(schema.items ? keysOf(schema.items) : []),
  ].filter((name, i, all) => all.indexOf(name) === i)

test.each(PAGES)('$path names every key of the configuration', ({ path, spec: schema }) => {
  const page = text(path)
  expect(keysOf(schema).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test.each(PAGES)('$path gives an example that the configuration accepts', ({ path, config, names }) => {
  const examples = [...text(path).matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json))
  const configs = examples.filter((example) => names in example)
  expect(configs.length).toBeGreaterThan(0)
  for (const example of configs) expect(config.safeParse(example)).toMatchObject({ success: true })
})

test.each(['docs/local.md', 'docs/migration.md'])('%s gives only examples that the configuration accepts', (path) => {
  const examples = [...text(path).matchAll(/```(?:json|yaml)\n(.*?)```/gs)].map(([, example = '']) => parse(example))
  const configs = examples.filter((example) => 'storage' in example || 'destination' in example)
  expect(configs.length).toBeGreaterThan(0)
  for (const config of configs) {
    const schema = 'storage' in config ? SourceConfig : DestinationConfig
    expect(schema.safeParse(config)).toMatchObject({ success: true })
  }
})

/** First cells of the tables of messages; an ellipsis stands for what varies. */
const messagesOf = (page: string): readonly string[] =>
  page
    .split(/^\| Message \|.*$/m)
    .slice(1)
    .flatMap((rest) => [...(rest.split('\n\n')[0] ?? '').matchAll(/^\| `(.*?)` \|/gm)].map(([, it = '']) => it))

/** A message's variable parts are placeholders in the code. */
const plain = code.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll("\\'", "'")

test.each([...PAGES, { path: 'docs/troubleshooting.md' }])('$path explains messages that exist', ({ path }) => {
  const messages = messagesOf(text(path))
  expect(messages.length).toBeGreaterThan(5)
  expect(
    messages.filter((message) => !plain.includes(message.replaceAll(/\(\d+$/g, '(…')) && !plain.includes(message)),
  ).toEqual([])
})

const TEXTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

test.each(TEXTS)('%s links to https addresses, and to pages and headings that exist', (path) => {
  const links = [...text(path).matchAll(/\]\(([^)]*)\)/g)].map(([, link = '']) => link)
  for (const link of links.filter((link) => !link.startsWith('https://'))) {
    const url = new URL(link, new URL(path, ROOT))
    expect(statSync(fileURLToPath(url), { throwIfNoEntry: false })).toBeDefined()
    if (url.hash) expect(anchorsOf(readFileSync(fileURLToPath(url), 'utf8'))).toContain(url.hash)
  }
  expect(links.join()).not.toMatch(/http:\/\//)
})

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): readonly string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const words = heading.toLowerCase().replaceAll(/[^\w\s-]/g, '')
    return `#${words.replaceAll(/\s/g, '-')}`
  })
