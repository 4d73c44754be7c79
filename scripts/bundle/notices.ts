/** The licences of the packages whose code is in dist/, as they ask for. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folders of the packages that files belong to, from the project's root. */
export function packagesIn(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

/** One text with name, version, licence and notice of each package. Throws if one gives neither a text nor a name of a licence. */
export const noticesOf = (root: string, folders: readonly string[]): string =>
  folders.map((folder) => noticeOf(join(root, folder))).join(`\n${'-'.repeat(80)}\n\n`)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly author?: string | { readonly name: string }
}

function noticeOf(folder: string): string {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const texts = textsIn(folder)
  if (texts.length === 0 && license === undefined) throw new Error(`${folder} has no licence.`)
  const by = typeof author === 'string' ? author : author?.name
  const head = `${name} ${version}${license ? `, ${license}` : ''}${by ? `, ${by}` : ''}`
  return [head, ...texts].join('\n\n').concat('\n')
}

/** Those in files of their own, or else what the README says at its end. */
function textsIn(folder: string): readonly string[] {
  const files = readdirSync(folder).sort()
  const text = (file: string) => readFileSync(join(folder, file), 'utf8').trim()
  const own = files.filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).map(text)
  if (own.length > 0) return own
  return files
    .filter((file) => /^readme/i.test(file))
    .flatMap((file) => /^licen[cs]e\n[-=]+\n.*|^#+ *licen[cs]e\b.*/ims.exec(text(file))?.[0] ?? [])
}
