/**
 * Ceph's RADOS Gateway: an S3 server that is used in production. A cluster of one monitor and one OSD, reachable from
 * this machine only, with its data in a temporary folder. https://docs.ceph.com/en/latest/install/manual-deployment/
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install, run } from '../installed.mjs'
import { answering, freePorts, start } from './daemon.mjs'

const COMMANDS = ['radosgw', 'radosgw-admin', 'ceph', 'ceph-mon', 'ceph-osd', 'monmaptool']
const PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-common']
const USERS = [
  { uid: 'owner', id: 'AKIAOWNEROWNEROWNER1', secret: 'owner-secret/+owner-secret' },
  { uid: 'guest', id: 'AKIAGUESTGUESTGUEST1', secret: 'guest-secret/+guest-secret' },
]

export async function startCeph() {
  await install(COMMANDS, PACKAGES)
  const folder = mkdtempSync(join(tmpdir(), 'ceph-'))
  const daemons = []
  const stop = async () => {
    for (const daemon of daemons.toReversed()) await daemon.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return { env: { TEST_S3: JSON.stringify(await startCluster(folder, daemons)) }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startCluster(folder, daemons) {
  const [gateway, monitor, oldMonitor] = await freePorts(3)
  const address = `[v2:127.0.0.1:${monitor}/0,v1:127.0.0.1:${oldMonitor}/0]`
  const fsid = randomUUID()
  for (const name of ['mon', 'osd', 'run']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'ceph.conf'), configuration({ folder, fsid, address, gateway }))
  const env = { CEPH_CONF: join(folder, 'ceph.conf') }
  const ceph = (command, ...args) => run(command, args, { env })
  const daemon = (command, ...args) => {
    const started = start(command, ['-f', ...args], { env, logFile: join(folder, `${command}.log`) })
    daemons.push(started)
    return started
  }
  await makeKeys(ceph, join(folder, 'keyring'))
  const map = join(folder, 'monmap')
  await ceph('monmaptool', '--create', '--addv', 'a', address.replaceAll('/0', ''), '--fsid', fsid, map)
  await ceph('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map, '--keyring', join(folder, 'keyring'))
  daemon('ceph-mon', '-i', 'a')
  await ceph('ceph', 'osd', 'create')
  await ceph('ceph-osd', '-i', '0', '--mkfs')
  daemon('ceph-osd', '-i', '0')
  await Promise.all(USERS.map((user) => makeUser(ceph, user)))
  const endpoint = `http://127.0.0.1:${gateway}`
  await answering(endpoint, daemon('radosgw', '-n', 'client.rgw.a'))
  const [owner, guest] = USERS
  return { endpoint, region: 'us-east-1', owner, guest }
}

/** Everything on one disk, in small: one copy of each object, few placement groups, little memory. */
const configuration = ({ folder, fsid, address, gateway }) => `
[global]
fsid = ${fsid}
mon_host = ${address}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
keyring = ${folder}/keyring
mon_data = ${folder}/mon
osd_data = ${folder}/osd
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
log_file = ${folder}/run/$name.log
auth_allow_insecure_global_id_reclaim = false
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_memory_target = 939524096
bluestore_block_size = 3221225472
bluestore_cache_autotune = false
bluestore_cache_size = 134217728
rgw_frontends = beast endpoint=127.0.0.1:${gateway}
rgw_override_bucket_index_max_shards = 1
`

async function makeKeys(ceph, keyring) {
  const names = {
    'mon.': { mon: 'allow *' },
    'client.admin': { mon: 'allow *', osd: 'allow *', mgr: 'allow *' },
    'osd.0': { mon: 'allow profile osd', osd: 'allow *', mgr: 'allow profile osd' },
    'client.rgw.a': { mon: 'allow rw', osd: 'allow rwx' },
  }
  for (const [index, [name, grants]] of Object.entries(names).entries()) {
    const caps = Object.entries(grants).flatMap(([service, grant]) => ['--cap', service, grant])
    await ceph('ceph-authtool', ...(index === 0 ? ['--create-keyring'] : []), keyring, '--gen-key', '-n', name, ...caps)
  }
}

const makeUser = (ceph, { uid, id, secret }) =>
  ceph(
    'radosgw-admin',
    'user',
    'create',
    '--uid',
    uid,
    '--display-name',
    uid,
    '--access-key',
    id,
    '--secret-key',
    secret,
  )
