/**
 * Makes a fresh clone ready: installs the dependencies when the lock file has changed since, and with --build builds
 * when a source or a package has. Plain JavaScript without imports of ours: nothing is installed when it first runs.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node.js 20.19 or newer is needed; this is ${process.version}.`)
  process.exit(1)
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const run = (...args) => execFileSync('npm', args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)
const newest = (folder) =>
  Math.max(...readdirSync(folder, { recursive: true }).map((name) => modified(join(folder, name))))

const installed = 'node_modules/.installed'
if (modified(installed) < modified('package-lock.json')) {
  console.error('Installing dependencies (npm ci) …')
  run('ci', '--no-audit', '--no-fund')
  writeFileSync(installed, '')
}

const built = 'dist/.built'
if (
  process.argv.includes('--build') &&
  modified(built) < Math.max(modified(installed), ...['src', 'catalogs', 'assembly', 'scripts'].map(newest))
) {
  console.error('Building …')
  run('run', '--silent', 'build')
  writeFileSync(built, '')
}
