/** What the answers of Azure Blob Storage mean to a person. Codes: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes (read 2026-11). */
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import type { StorageOf } from '../../config.ts'
import {
  causeOf,
  changed,
  type Doing,
  explained,
  generalFailure,
  messageOf,
  networkCode,
  type Refusal,
  withoutSecrets,
} from './failure.ts'
import { MissingObjectError } from './store.ts'

type AzureConfig = StorageOf<'azure'>

export function azureFailure(error: unknown, doing: Doing, config: AzureConfig): Error {
  const known = explained(error)
  if (known) return known
  const refusal = refusalOf(error, config)
  const cause = causeOf(refusal)
  if (refusal.code === 'BlobNotFound') return new MissingObjectError(`${doing.url} is gone.`, { cause })
  if (refusal.status === 412 || refusal.code === 'BlobAlreadyExists') return changed(doing, cause)
  if (refusal.code === 'ENOTFOUND' && config.azure_blob_storage_endpoint === undefined) {
    return new TransientError(
      `${doing.host} is not known to the name service. Check azure_blob_storage_account_name, and the network of this machine.`,
      { cause },
    )
  }
  if (/not permitted for non-TLS/.test(refusal.message)) {
    return new ConfigError(
      `${doing.host} is asked without encryption, which would give the access token of this machine away. Set azure_blob_storage_account_key or sas_token, or an https:// endpoint.`,
      { cause },
    )
  }
  const advice = ADVICE.get(refusal.code) ?? STATUS_ADVICE[refusal.status]
  if (advice !== undefined) return new ConfigError(advice(config, doing), { cause })
  return generalFailure(refusal, doing)
}

type Advice = (config: AzureConfig, doing: Doing) => string

const noContainer: Advice = ({ azure_blob_storage_container_name: name }, { host }) =>
  `Container "${name}" does not exist at ${host}. Check azure_blob_storage_container_name.`

/** Azure does not say whether it was the key or the signature's own limits; the token's text does. */
const refusedCredentials: Advice = ({ azure_blob_storage_account_key: key, sas_token }, { host }) => {
  if (sas_token !== undefined) return sasProblem(sas_token)
  return key === undefined
    ? `${host} does not accept the identity of this machine. Check that it belongs to the storage account's tenant.`
    : `${host} does not accept the account key. Check azure_blob_storage_account_key and azure_blob_storage_account_name, and that the key was not rotated.`
}

function sasProblem(token: string): string {
  const fields = new URLSearchParams(token.slice(token.indexOf('?') + 1))
  const end = fields.get('se')
  if (end !== null && Date.parse(end) < Date.now())
    return `The SAS token expired on ${end}. Set sas_token to a new one.`
  const start = fields.get('st')
  if (start !== null && Date.parse(start) > Date.now()) {
    return `The SAS token is valid from ${start} on. Wait until then, or set sas_token to another.`
  }
  return 'The SAS token is not accepted. Set sas_token to the whole token as it was shown; tokens end when the key that signed them is rotated.'
}

const denied: Advice = ({ azure_blob_storage_container_name: name, sas_token }, { action, url }) => {
  if (action === 'write') return writeDenied(url, sas_token)
  const fact =
    action === 'list' ? `Container "${name}" refused to be listed (403).` : `${url} refused to be read (403).`
  return sas_token === undefined
    ? `${fact} Grant the role Storage Blob Data Reader on the container to this identity, and let the storage account's firewall admit this machine.`
    : `${fact} Make a SAS token for the container with the permissions Read and List, and for this machine's address if it is limited to some.`
}

const writeDenied = (url: string, sasToken: string | undefined): string =>
  sasToken === undefined
    ? `${url} refused to be written (403). Grant the role Storage Blob Data Contributor on the container to this identity, and let the storage account's firewall admit this machine.`
    : `${url} refused to be written (403). Make a SAS token for the container with the permissions Read, List and Write, and for this machine's address if it is limited to some.`

/** A map, since codes come from the service: one may be called like what every object has. */
const ADVICE: ReadonlyMap<string, Advice> = new Map<string, Advice>(
  Object.entries({
    ContainerNotFound: noContainer,
    ResourceNotFound: noContainer,
    ContainerBeingDeleted: noContainer,
    InvalidResourceName: ({ azure_blob_storage_container_name: name }) =>
      `"${name}" is no name of a container. Check azure_blob_storage_container_name.`,
    AuthenticationFailed: refusedCredentials,
    InvalidAuthenticationInfo: refusedCredentials,
    NoAuthenticationInformation: refusedCredentials,
    AuthorizationFailure: (config, doing) => `${denied(config, doing)} ${refusedCredentials(config, doing)}`,
    KeyBasedAuthenticationNotPermitted: ({ azure_blob_storage_account_name: account }) =>
      `Storage account "${account}" does not permit account keys. Use the identity of the machine, or permit keys.`,
    AccountIsDisabled: ({ azure_blob_storage_account_name: account }) =>
      `Storage account "${account}" is disabled. Enable it in the Azure portal.`,
    PublicAccessNotPermitted: refusedCredentials,
    BlobArchived: (_, { url }) =>
      `${url} is archived. Move it back to an online tier, or keep the export out of the archive.`,
    CredentialUnavailableError: noIdentity,
    AggregateAuthenticationError: noIdentity,
    AuthenticationError: noIdentity,
    AuthenticationRequiredError: noIdentity,
  }),
)

function noIdentity({ azure_blob_storage_account_name: account }: AzureConfig): string {
  return `No Azure identity of this machine was accepted for storage account "${account}". Set azure_blob_storage_account_key or sas_token, or give the machine a managed identity.`
}

const STATUS_ADVICE: Readonly<Record<number, Advice>> = { 401: refusedCredentials, 403: denied }

interface SdkError {
  readonly name?: string
  readonly code?: unknown
  readonly statusCode?: unknown
}

function refusalOf(error: unknown, { azure_blob_storage_account_key: key, sas_token }: AzureConfig): Refusal {
  const secrets = [key, sas_token, new URLSearchParams(sas_token).get('sig') ?? undefined]
  const { name = '', code, statusCode } = (error ?? {}) as SdkError
  const status = typeof statusCode === 'number' ? statusCode : 0
  const isIdentity = ADVICE.has(name)
  return {
    code: isIdentity ? name : typeof code === 'string' ? code : networkCode(error) || name,
    status,
    message: withoutSecrets(messageOf(error), secrets),
  }
}
