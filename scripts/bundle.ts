/**
 * Makes dist/ of src/ and of the packages that it uses: main.js, and files that are loaded when they are needed. Node.js
 * takes longer to find and open a module than to run it, so a command that loads few files starts soon.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type OutputFile } from 'esbuild'
import { noticesOf, packagesIn } from './bundle/notices.ts'
import type { LockedPackages } from './licences.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')
const GENERATED = join(ROOT, 'src/generated')

/** A package looks for it and does without it: it is there for development only. */
const ABSENT = ['supports-color']

async function main(): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outdir: DIST,
    // All files lie side by side: src/files.ts finds the others from any of them.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // ES modules of packages that have both kinds: what is not used of them is left out.
    mainFields: ['module', 'main'],
    external: ABSENT,
    metafile: true,
    write: false,
  })
  mkdirSync(join(DIST, 'generated'), { recursive: true })
  for (const file of outputFiles) writeFileSync(file.path, withRequire(file), { mode: 0o755 })
  for (const name of wasmFiles()) cpSync(join(GENERATED, name), join(DIST, 'generated', name))
  writeFileSync(join(DIST, NOTICES), noticesOf(ROOT, shipped(packagesIn(metafile.inputs))))
  removeOthers(new Set([...outputFiles.map(({ path }) => basename(path)), 'generated', NOTICES]))
}

const NOTICES = 'third-party-licences.txt'

/** What is for development only may change what it asks for, and nobody looks at its licence. */
function shipped(folders: readonly string[]): readonly string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: LockedPackages }
  const foreign = folders.filter((folder) => packages[folder]?.dev !== undefined)
  if (foreign.length > 0) throw new Error(`Of the dependencies of development, the build uses ${foreign.join(', ')}.`)
  return folders
}

/** The one file through which CommonJS packages ask for modules of Node.js: an ES module has no `require` by itself. */
function withRequire({ text }: OutputFile): string {
  if (!text.includes('typeof require !== "undefined" ? require')) return text
  return `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n${text}`
}

const wasmFiles = (): readonly string[] => readdirSync(GENERATED).filter((name) => name.endsWith('.wasm'))

/** What an earlier build has left behind. Last, so that a process that runs meanwhile still finds what it needs. */
function removeOthers(names: ReadonlySet<string>): void {
  for (const name of readdirSync(DIST)) if (!names.has(name)) rmSync(join(DIST, name), { recursive: true })
}

await main()
