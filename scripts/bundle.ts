/**
 * Makes dist/ of src/ and of the packages that it uses: main.js, and files that are loaded when they are needed. Node.js
 * takes longer to find and open a module than to run it, so a command that loads few files starts soon.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { noticesOf, packagesIn } from './bundle/notices.ts'
import { partsOf } from './bundle/parts.ts'
import { withoutFetch } from './bundle/without-fetch.ts'
import type { LockedPackages } from './licences.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')
const GENERATED = join(ROOT, 'src/generated')
const NOTICES = 'third-party-licences.txt'

/** A package looks for it and does without it: it is there for development only. */
const ABSENT = ['supports-color']

async function main(): Promise<void> {
  const { output } = await build({
    cwd: ROOT,
    input: 'src/main.ts',
    platform: 'node',
    // ES modules of packages that have both kinds: what is not used of them is left out.
    resolve: { mainFields: ['module', 'main'] },
    external: ABSENT,
    plugins: [withoutFetch],
    // What one part loads later may belong to what another loads at once.
    checks: { ineffectiveDynamicImport: false },
    preserveEntrySignatures: false,
    output: {
      // All files lie side by side: src/files.ts finds the others from any of them.
      chunkFileNames: '[name]-[hash].js',
      codeSplitting: {
        groups: [{ name: partsOf(join(ROOT, 'src')), debugName: 'parts', includeDependenciesRecursively: false }],
      },
    },
    write: false,
  })
  const chunks = output.filter((file) => file.type === 'chunk')
  mkdirSync(join(DIST, 'generated'), { recursive: true })
  for (const { fileName, code } of chunks) writeFileSync(join(DIST, fileName), code, { mode: 0o755 })
  for (const name of wasmFiles()) cpSync(join(GENERATED, name), join(DIST, 'generated', name))
  const folders = shipped(packagesIn(chunks.flatMap(({ moduleIds }) => moduleIds.map(fromRoot))))
  writeFileSync(join(DIST, NOTICES), noticesOf(ROOT, folders))
  removeOthers(new Set([...chunks.map(({ fileName }) => basename(fileName)), 'generated', NOTICES]))
}

const fromRoot = (path: string): string => path.replace(ROOT, '')

const wasmFiles = (): readonly string[] => readdirSync(GENERATED).filter((name) => name.endsWith('.wasm'))

/** What is for development only may change what it asks for, and nobody looks at its licence. */
function shipped(folders: readonly string[]): readonly string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: LockedPackages }
  const foreign = folders.filter((folder) => packages[folder]?.dev !== undefined)
  if (foreign.length > 0) throw new Error(`Of the dependencies of development, the build uses ${foreign.join(', ')}.`)
  return folders
}

/** What an earlier build has left behind. Last, so that a process that runs meanwhile still finds what it needs. */
function removeOthers(names: ReadonlySet<string>): void {
  for (const name of readdirSync(DIST)) if (!names.has(name)) rmSync(join(DIST, name), { recursive: true })
}

await main()
