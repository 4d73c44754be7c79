/** The workflows run what exists, and may no more than they need. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = new URL('../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

const Permissions = z.record(z.string(), z.enum(['read', 'write', 'none']))
const Step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
})
const Job = z.strictObject({
  name: z.string().optional(),
  needs: z.string().optional(),
  'runs-on': z.literal('ubuntu-latest'),
  'timeout-minutes': z.number(),
  permissions: Permissions.optional(),
  strategy: z
    .strictObject({ 'fail-fast': z.boolean().optional(), matrix: z.record(z.string(), z.array(z.unknown())) })
    .optional(),
  steps: z.array(Step),
})
const Workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: Permissions,
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), Job),
})
type Workflow = z.infer<typeof Workflow>

const FILES = readdirSync(new URL('.github/workflows', ROOT))
const workflow = (file: string): Workflow => Workflow.parse(parse(text(`.github/workflows/${file}`)))
const jobs = (file: string) => Object.values(workflow(file).jobs)
const steps = (file: string) => jobs(file).flatMap((job) => job.steps)
const runs = (file: string): string =>
  steps(file)
    .flatMap(({ run }) => run ?? [])
    .join('\n')

test('there are workflows for tests, images and releases', () => {
  expect(FILES.sort()).toEqual(['ci.yml', 'image.yml', 'release.yml'])
})

/** What is wrong with the commands, as far as package.json and the files can tell. */
function faultsOf(commands: string): readonly string[] {
  const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  const named = [...commands.matchAll(/\bnpm run (?:--silent )?(\S+)|\bnpm (test)\b/g)].map(([, a, b]) => a ?? b ?? '')
  const files = [...commands.matchAll(/\b(?:tsx|node|bash) ([\w./-]+\.\w+|\.\S+)/g)].map(([, file = '']) => file)
  return [
    ...named.filter((name) => scripts[name] === undefined).map((name) => `there is no script ${name}`),
    ...files.filter((file) => !existsSync(new URL(file, ROOT))).map((file) => `there is no file ${file}`),
  ]
}

test.each(FILES)('the commands of %s exist', (file) => {
  expect(faultsOf(runs(file))).toEqual([])
})

test.each([
  ['npm test', []],
  ['npm run chekc', ['there is no script chekc']],
  ['npx tsx scripts/licenses.ts', ['there is no file scripts/licenses.ts']],
])('of the commands "%s" is found: %j', (commands, faults) => {
  expect(faultsOf(commands)).toEqual(faults)
})

test('every change is tested, checked and built on each line of Node that is supported', () => {
  const [job] = jobs('ci.yml')
  expect(job?.strategy?.matrix['node']).toEqual([20, 22, 24])
  for (const command of ['npm test', 'npm run check', 'npm run build']) {
    expect(runs('ci.yml').split('\n')).toContain(command)
  }
})

test.each(FILES)('the actions of %s are pinned', (file) => {
  for (const { uses } of steps(file))
    if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/)
})

test.each(FILES)('%s may only read, but where a job says more', (file) => {
  expect(workflow(file).permissions).toEqual({ contents: 'read' })
})

test('only the jobs of a release may write, each what it makes', () => {
  const writes = FILES.flatMap((file) =>
    Object.entries(workflow(file).jobs).flatMap(([name, { permissions = {} }]) =>
      Object.keys(permissions)
        .filter((scope) => permissions[scope] === 'write')
        .map((scope) => `${file} ${name} ${scope}`),
    ),
  )
  expect(writes).toEqual([
    'release.yml images packages',
    'release.yml images id-token',
    'release.yml images attestations',
    'release.yml release contents',
  ])
})

test.each(FILES)('no command of %s has text of others pasted in', (file) => {
  expect(runs(file)).not.toContain('${{')
})

test.each(FILES)('no checkout of %s leaves its token behind', (file) => {
  const checkouts = steps(file).filter(({ uses }) => uses?.startsWith('actions/checkout@'))
  expect(checkouts.length).toBeGreaterThan(0)
  for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false)
})

const targetsIn = (dockerfile: string): readonly string[] =>
  [...dockerfile.matchAll(/^FROM runtime AS (\w+)$/gm)].map(([, target = '']) => target)

test('a release has an image for each target, called as its label says', () => {
  const dockerfile = text('Dockerfile')
  const names = [...dockerfile.matchAll(/io\.airbyte\.name="([^"]*)"/g)].map(([, name = '']) => name)
  const expected = targetsIn(dockerfile).map((target, index) => ({ target, image: names[index] }))
  expect(workflow('release.yml').jobs['images']?.strategy?.matrix['include']).toEqual(expected)
  expect(jobs('image.yml')[0]?.strategy?.matrix['target']).toEqual(targetsIn(dockerfile))
})

test('images are made for both architectures, with provenance and a bill of materials', () => {
  for (const file of ['image.yml', 'release.yml']) {
    const builds = steps(file).filter(({ uses }) => uses?.startsWith('docker/build-push-action@'))
    const last = builds.at(-1)?.with
    expect(last).toMatchObject({ platforms: 'linux/amd64,linux/arm64', provenance: 'mode=max', sbom: true })
  }
})

test('nothing is pushed before the tag was compared with the version, and the tests passed', () => {
  const release = workflow('release.yml').jobs
  expect(release['images']?.needs).toBe('verify')
  expect(release['release']?.needs).toBe('images')
  const commands = release['verify']?.steps.flatMap(({ run }) => run ?? []) ?? []
  expect(commands).toContain('npm test')
  expect(commands.join('\n')).toMatch(
    /test "\$GITHUB_REF_NAME" = "v\$\(node -p 'require\("\.\/package\.json"\)\.version'\)"/,
  )
})
