import { readdirSync, readFileSync } from 'node:fs'

/** What a file imports when it is loaded: neither types, which are gone by then, nor what it may load later. */
function importsOf(file: URL): readonly string[] {
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm)
  return [...imports].map(([, to = '']) => to)
}

/** What comes with files: addresses of ours, and names of packages. */
function loadedWith(files: readonly URL[], seen = new Set<string>()): ReadonlySet<string> {
  for (const file of files) {
    if (seen.has(file.href)) continue
    seen.add(file.href)
    for (const to of importsOf(file)) {
      if (to.startsWith('.')) loadedWith([new URL(to, file)], seen)
      else seen.add(to)
    }
  }
  return seen
}

/** The packages that come with files, named from src/. */
export const packagesWith = (...names: readonly string[]): readonly string[] =>
  [...loadedWith(names.map(urlOf))].filter((name) => !name.startsWith('file:') && !name.startsWith('node:')).sort()

/** The files of ours that come with files, named from src/. */
export const filesWith = (...names: readonly string[]): readonly string[] =>
  [...loadedWith(names.map(urlOf))].filter((name) => name.startsWith(SRC)).map((name) => name.slice(SRC.length))

/** The files of src/ that import a package when they are loaded, and as what. */
export const importing = (name: string): readonly { readonly file: string; readonly as: string }[] =>
  readdirSync(new URL(SRC), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const [, as] =
        new RegExp(`^import (?!type )(.*) from '${name}'$`, 'm').exec(readFileSync(urlOf(file), 'utf8')) ?? []
      return as === undefined ? [] : [{ file, as }]
    })

const SRC = new URL('../src/', import.meta.url).href
const urlOf = (name: string): URL => new URL(name, SRC)
