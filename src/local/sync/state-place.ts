/** What `--state` names: a file, or an object in a storage service. */
import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from '../../cdk/errors.ts'
import type { SourceConfig, Storage, StorageOf } from '../../config.ts'
import { holdsEvents } from '../../source/key.ts'
import { type CloudStorage, openWritableStore } from '../../source/storage/index.ts'
import type { Waiting } from '../../source/storage/retry.ts'
import { stateFile } from './state-file.ts'
import { stateObject } from './state-object.ts'
import { NOWHERE, type StatePlace } from './state-store.ts'

/** The credentials of the source are used where the provider is the same. */
export async function statePlace(
  state: string | undefined,
  source: Pick<SourceConfig, 'storage' | 'path_prefix'>,
  waiting: Waiting,
): Promise<StatePlace> {
  if (state === undefined) return NOWHERE
  if (!isUrl(state)) return stateFile(state)
  const place = objectAt(state, source.storage, process.env)
  if (isReadBy(source, place)) throw inTheExport(state)
  return stateObject(await openWritableStore(place.storage, waiting), place.key)
}

/** Whether the source would take the state for a file of the export. */
export const isReadBy = (
  { storage, path_prefix }: Pick<SourceConfig, 'storage' | 'path_prefix'>,
  place: Place,
): boolean => isDeepStrictEqual(storage, place.storage) && place.key.startsWith(path_prefix) && holdsEvents(place.key)

const inTheExport = (url: string): ConfigError =>
  new ConfigError(
    `The state ${url} (--state) would be read as a file of the export. Put it outside of path_prefix, or give it a name without .json or .avro at its end.`,
  )

export const isUrl = (state: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(state)

interface Place {
  readonly storage: CloudStorage
  readonly key: string
}

export function objectAt(url: string, source: Storage, environment: NodeJS.ProcessEnv): Place {
  const [, scheme = '', bucket = '', key = ''] = /^(\w+):\/\/([^/]*)\/?(.*)$/s.exec(url) ?? []
  const place = () => {
    switch (scheme.toLowerCase()) {
      case 's3':
        return { storage: inS3(bucket, source, environment), key }
      case 'gs':
        return { storage: { ...(source.provider === 'gcs' ? source : { provider: 'gcs' as const }), bucket }, key }
      case 'http':
      case 'https':
        return inAzure(url, source)
      default:
        throw unknownPlace(url)
    }
  }
  const found = place()
  if (bucket === '' || found.key === '' || found.key.endsWith('/')) throw unknownPlace(url)
  return found
}

function inS3(bucket: string, source: Storage, environment: NodeJS.ProcessEnv): StorageOf<'s3'> {
  if (source.provider === 's3') return { ...source, bucket }
  const region_name = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION']
  if (!region_name) {
    throw new ConfigError(
      `The region of the bucket "${bucket}" (--state) is not known. Set the environment variable AWS_REGION.`,
    )
  }
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL']
  return { provider: 's3', bucket, region_name, ...(endpoint && { endpoint }) }
}

/** The public cloud, Azure in China and Azure for the US government. */
const AZURE = /^([^.]+)\.blob\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/

function inAzure(text: string, source: Storage): Place {
  const url = urlOf(text)
  const own = ofSource(url, source)
  const account = AZURE.exec(url.hostname)?.[1]
  const base = own ? new URL(own.azure_blob_storage_endpoint ?? url.origin) : new URL(url.origin)
  if (!own && (account === undefined || url.protocol !== 'https:')) throw unknownPlace(text)
  const [container = '', ...key] = url.pathname.slice(base.pathname.replace(/\/+$/, '').length + 1).split('/')
  const place = { azure_blob_storage_container_name: decoded(container) }
  if (own) return { storage: { ...own, ...place }, key: decoded(key.join('/')) }
  const machine = { azure_blob_storage_account_name: account ?? '', azure_blob_storage_endpoint: url.origin }
  return { storage: { provider: 'azure', ...machine, ...place }, key: decoded(key.join('/')) }
}

/** The source's storage if the URL lies in the same account. */
function ofSource(url: URL, source: Storage): StorageOf<'azure'> | undefined {
  if (source.provider !== 'azure') return undefined
  const { azure_blob_storage_account_name: account, azure_blob_storage_endpoint: endpoint } = source
  const base = new URL(endpoint ?? `https://${account}.blob.core.windows.net`).href.replace(/\/*$/, '/')
  return url.href.startsWith(base) ? source : undefined
}

/** A SAS token in the address would stand in process lists and logs. */
function urlOf(text: string): URL {
  if (text.includes('?')) {
    throw new ConfigError(
      'The address of the state (--state) must not hold a "?" or anything behind it. A SAS token belongs in sas_token of the source.',
    )
  }
  if (!URL.canParse(text)) throw unknownPlace(text)
  return new URL(text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const unknownPlace = (url: string): ConfigError =>
  new ConfigError(
    `${JSON.stringify(url.replace(/\?.*|\/\/[^/]*@/s, '…'))} (--state) is no place for a state. Give the path of a file, s3://bucket/key, gs://bucket/key or https://account.blob.core.windows.net/container/key.`,
  )
