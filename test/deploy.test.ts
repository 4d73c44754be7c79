/** The examples in deploy/ are commands that exist, run as nobody special, and hold no secret. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { DestinationConfig, SourceConfig } from '../src/config.ts'
import { localProgram } from '../src/local/cli.ts'
import { withVariables } from '../src/local/environment-references.ts'
import { placeOf } from '../src/local/plan/shard.ts'
import type { Terminal } from '../src/local/terminal.ts'
import { still } from './cdk/environment.ts'
import { where } from './where.ts'

const DEPLOY = new URL('../deploy/', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const filesEndingIn = (end: string) =>
  readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith(end))

type Json = Readonly<Record<string, unknown>>

const documentsIn = (name: string): readonly Json[] =>
  parseAllDocuments(readFileSync(new URL(name, DEPLOY), 'utf8')).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })

const MANIFESTS = filesEndingIn('.yaml')
const [configMap] = documentsIn('kubernetes/config.yaml').filter(({ kind }) => kind === 'ConfigMap')
const files = configMap?.['data'] as Readonly<Record<string, string>>

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly envFrom: readonly Json[]
  readonly securityContext: Json
  readonly resources: Json
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
}

interface Pod {
  readonly restartPolicy: string
  readonly securityContext: Json
  readonly containers: readonly Container[]
  readonly volumes: readonly { readonly name: string; readonly configMap: { readonly name: string } }[]
}

/** Wherever they stand. */
function podsIn(value: unknown): readonly Pod[] {
  if (typeof value !== 'object' || value === null) return []
  if ('containers' in value) return [value as Pod]
  return Object.values(value).flatMap(podsIn)
}

const PODS = MANIFESTS.flatMap((name) => podsIn(documentsIn(name)).map((pod) => [name, pod] as const))

/** Parses without running. Throws what a person would be told. */
async function optionsOf(argv: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const terminal: Terminal = { out: say, err: say, screen: undefined, columns: 80, conceal: () => {}, clean: String }
  let options = {}
  const program = localProgram('0', terminal, still())
  for (const command of program.commands) command.action((given) => (options = given))
  await program.parseAsync([...argv], { from: 'user' }).catch(() => {
    throw new Error(said.join(''))
  })
  return options
}

/** A shard without a state of its own, or a file that is not there, would show when it is too late. */
async function checkArguments(argv: readonly string[]): Promise<void> {
  const { plan, state } = await optionsOf(argv)
  if (plan !== undefined) placeOf(state, { index: 0 })
  const known = [...Object.keys(files).map((name) => `/config/${name}`), '/plan/plan.json']
  expect(argv.filter((word) => word.startsWith('/') && !known.includes(word))).toEqual([])
}

test('there are pods to check', () => {
  expect(PODS.length).toBe(5)
})

test.each(PODS)('%s runs a command that exists, with files that are mounted', async (_, { containers, volumes }) => {
  for (const { image, args, volumeMounts } of containers) {
    expect(image.split(':').at(-1)).toBe(version)
    const argv = args.map((word) => word.replace('{{ taskrun.value }}', '0'))
    await checkArguments(argv)
    const folders = volumeMounts.map(({ mountPath }) => mountPath)
    expect(argv.filter((word) => word.startsWith('/')).every((word) => folders.some((at) => word.startsWith(at)))).toBe(
      true,
    )
    expect(volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name))
    expect(volumeMounts.every(({ readOnly }) => readOnly)).toBe(true)
  }
})

test.each(PODS)('%s runs as nobody special', (_, { restartPolicy, securityContext, containers }) => {
  expect(restartPolicy).toBe('Never')
  expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
  for (const container of containers) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.resources).toMatchObject({ requests: { memory: '512Mi' }, limits: { memory: '1Gi' } })
    expect(container.envFrom).toEqual([{ secretRef: { name: 'braze-currents' } }])
  }
})

test('the configurations are valid, and their secrets come from the environment', () => {
  const parsed = Object.entries(files).map(([name, text]) => [name, JSON.parse(text)] as const)
  const { 'source.json': source, 'destination.json': destination } = Object.fromEntries(parsed)
  expect(destination.destination.write_key).toMatch(/^\$\{[A-Z_]+\}$/)
  expect(SourceConfig.safeParse(source)).toMatchObject({ success: true })
  const resolved = withVariables(destination, { SEGMENT_WRITE_KEY: 'k' })
  expect(DestinationConfig.safeParse(resolved)).toMatchObject({ success: true })
})

test('a shard has one pod at a time, and a failed one does not end the others', () => {
  const [job] = documentsIn('kubernetes/shards.yaml')
  expect(job?.['spec']).toMatchObject({
    completionMode: 'Indexed',
    completions: expect.any(Number),
    podReplacementPolicy: 'Failed',
    backoffLimitPerIndex: expect.any(Number),
  })
  const [sync] = documentsIn('kubernetes/sync.yaml')
  expect(sync?.['spec']).toMatchObject({ concurrencyPolicy: 'Forbid' })
})

// ------------------------------------------------------------------------------------------------------------ Airflow

const python = where(spawnSync('python3', ['--version']).status === 0, 'no Python here')

/** Runs a DAG against stand-ins for Airflow's modules, and prints what its tasks would run. */
const STAND_INS = `
import json, runpy, sys, types

tasks = []

class Anything:
    def __init__(self, *args, **options):
        pass
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return False
    def __rshift__(self, other):
        return other

class Operator(Anything):
    def __init__(self, *, task_id, image, arguments, volumes, volume_mounts, **options):
        tasks.append([task_id, image, arguments, options["container_security_context"]])
    @classmethod
    def partial(cls, **options):
        class Partial:
            def expand(self, *, arguments):
                return [cls(arguments=one, **options) for one in arguments][0]
        return Partial()

class Models(types.ModuleType):
    def __getattr__(self, name):
        return Anything

def module(name, **members):
    sys.modules[name] = made = Models(name) if name.endswith("models") else types.ModuleType(name)
    made.__dict__.update(members)

for name in ["airflow", "airflow.providers", "airflow.providers.cncf", "airflow.providers.cncf.kubernetes",
             "airflow.providers.cncf.kubernetes.operators", "kubernetes"]:
    module(name)
module("airflow.sdk", DAG=Anything)
module("airflow.providers.cncf.kubernetes.operators.pod", KubernetesPodOperator=Operator)
module("kubernetes.client.models")
module("kubernetes.client", models=sys.modules["kubernetes.client.models"])
runpy.run_path(sys.argv[1])
print(json.dumps(tasks))
`

python.test.each(filesEndingIn('.py'))(`%s runs commands that exist${python.note}`, async (name) => {
  const ran = spawnSync('python3', ['-c', STAND_INS, fileURLToPath(new URL(name, DEPLOY))], { encoding: 'utf8' })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  const tasks = JSON.parse(ran.stdout) as readonly (readonly [string, string, readonly string[], Json])[]
  expect([...new Set(tasks.map(([id]) => id))]).toEqual(['shard', 'merge', 'sync'])
  for (const [, image, argv, security] of tasks) {
    expect(image.split(':').at(-1)).toBe(version)
    expect(security).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false })
    await checkArguments(argv)
  }
  const numbers = tasks.flatMap(([id, , argv]) => (id === 'shard' ? [Number(argv.at(-1))] : []))
  expect(numbers).toEqual(numbers.map((_, i) => i))
})

test.each([
  [['sync', '--source-config', '/config/source.json', '--sate', 'x'], 'required option'],
  [['sync', '--source-config', 'a', '--destination-config', 'b', '--plan', 'c', '--state', 's'], 'Put {shard}'],
  [['merge', '--plan', '/elsewhere.json', '--state', '{shard}'], '/elsewhere.json'],
])('it would be noticed that %j is wrong', async (argv, message) => {
  await expect(checkArguments(argv)).rejects.toThrow(message)
})
