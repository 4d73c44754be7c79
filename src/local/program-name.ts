import { basename, relative } from 'node:path'

/** How this program was called, so that what it suggests can be pasted: `node dist/main.js` or `braze-currents`. */
export function programName(script: string = process.argv[1] ?? '', folder: string = process.cwd()): string {
  if (!script.endsWith('.js')) return basename(script)
  const near = relative(folder, script)
  return `node ${near.length < script.length ? near : script}`
}
