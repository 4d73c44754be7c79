/** What is installed on this machine, and how more is. Plain JavaScript: it runs before anything is compiled. */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** Why something can't be had here, in words for the person who waits for its tests. */
export class Unavailable extends Error {}

/** Debian keeps daemons and runtimes where only the super-user looks. */
export const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter)

/** Makes sure that the commands are there, which come with these packages of Debian and Ubuntu. */
export async function install(commands, packages) {
  if (commands.every(isInstalled)) return
  if (!isInstalled('apt-get') || process.getuid?.() !== 0) {
    throw new Unavailable(`not installed; as root on Debian or Ubuntu: apt-get install ${packages.join(' ')}`)
  }
  console.error(`Installing ${packages.join(', ')} …`)
  const args = ['install', '-y', '-q', '--no-install-recommends', ...packages]
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 }
  await run('apt-get', args, options).catch(async () => {
    await run('apt-get', ['update', '-q'], options)
    await run('apt-get', args, options)
  })
}

function isInstalled(command) {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const execute = promisify(execFile)

/** Runs a command to its end, and gives what it printed. */
export async function run(command, args, options = {}) {
  try {
    const { stdout } = await execute(command, args, { ...options, env: { ...process.env, PATH, ...options.env } })
    return stdout
  } catch (error) {
    throw new Unavailable(
      `${command}: ${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    )
  }
}
