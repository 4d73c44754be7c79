/** Each provider at its public address, with the credentials that only work there. */
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigError } from '../../../src/cdk/errors.ts'
import { azureStore } from '../../../src/source/storage/azure.ts'
import { gcsStore } from '../../../src/source/storage/gcs.ts'
import { s3Store } from '../../../src/source/storage/s3.ts'
import type { ObjectStore } from '../../../src/source/storage/store.ts'
import { type Cloud, type CloudAnswer, type CloudRequest, playCloud } from './cloud.ts'

const waiting = { random: () => 0, sleep: async () => {} }
let cloud: Cloud
const environment = { ...process.env }
beforeEach(() => {
  process.env = { ...environment }
})
afterEach(async () => {
  process.env = environment
  await cloud.close()
})

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys = []
  for await (const { key } of store.list('')) keys.push(key)
  store.close()
  return keys
}

describe('Google Cloud Storage', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const service_account = JSON.stringify({
    type: 'service_account',
    client_email: 'reader@project.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  })
  const store = () => gcsStore({ provider: 'gcs', bucket: 'exports', service_account }, waiting)

  /** Whether a token request carries an assertion that this key has signed. */
  function isSigned(body: string): boolean {
    const [head, claims, signature = ''] = new URLSearchParams(body).get('assertion')?.split('.') ?? []
    return createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')
  }

  const google = ({ line, headers, body }: CloudRequest): CloudAnswer => {
    if (line === 'POST www.googleapis.com/oauth2/v4/token' && isSigned(body)) {
      return { body: { access_token: 'ya29.token', expires_in: 3600, token_type: 'Bearer' } }
    }
    if (headers.authorization !== 'Bearer ya29.token') return { status: 401, body: {} }
    return { body: { items: [{ name: 'file', size: '1', generation: '1', timeCreated: '2026-01-01T00:00:00Z' }] } }
  }

  test('a service account gets one access token, and the bucket sees it', async () => {
    cloud = await playCloud(google)
    const twice = store()
    await expect(keysOf(twice)).resolves.toEqual(['file'])
    await expect(keysOf(twice)).resolves.toEqual(['file'])
    expect(cloud.lines).toEqual([
      'POST www.googleapis.com/oauth2/v4/token',
      'GET storage.googleapis.com/storage/v1/b/exports/o',
      'GET storage.googleapis.com/storage/v1/b/exports/o',
    ])
  })

  test('a key that was deleted is told so', async () => {
    cloud = await playCloud(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
    }))
    const error = keysOf(store())
    await expect(error).rejects.toThrow(ConfigError)
    await expect(error).rejects.toThrow(/not deleted or disabled/)
  })

  test('a machine without credentials is told what to do', async () => {
    cloud = await playCloud(google)
    Object.assign(process.env, { HOME: '/nowhere', CLOUDSDK_CONFIG: '/nowhere' })
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS']
    const error = keysOf(gcsStore({ provider: 'gcs', bucket: 'exports' }, waiting))
    await expect(error).rejects.toThrow(ConfigError)
    await expect(error).rejects.toThrow(/No Google credentials.*Set service_account/)
    expect(cloud.lines).toEqual([])
  })
})

describe('Azure Blob Storage', () => {
  const LOGIN = 'login.microsoftonline.com'
  const config = {
    provider: 'azure',
    azure_blob_storage_account_name: 'acme',
    azure_blob_storage_container_name: 'exports',
  } as const

  const azure = (token: CloudAnswer) => (request: CloudRequest) => {
    const { line, headers } = request
    if (line.includes('/discovery/instance')) {
      return {
        body: { tenant_discovery_endpoint: `https://${LOGIN}/t/v2.0/.well-known/openid-configuration`, metadata: [] },
      }
    }
    if (line.includes('/openid-configuration')) {
      const at = `https://${LOGIN}/11111111-1111-1111-1111-111111111111`
      return {
        body: { issuer: `${at}/v2.0`, token_endpoint: `${at}/oauth2/v2.0/token`, authorization_endpoint: `${at}/a` },
      }
    }
    if (line.endsWith('/oauth2/v2.0/token')) return token
    if (headers.authorization !== 'Bearer aad-token') return { status: 401, body: {} }
    const properties = '<Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>0x1</Etag>'
    return {
      body: `<EnumerationResults><Blobs><Blob><Name>file</Name><Properties>${properties}</Properties></Blob></Blobs></EnumerationResults>`,
    }
  }

  beforeEach(() => {
    Object.assign(process.env, {
      AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
      AZURE_TENANT_ID: '11111111-1111-1111-1111-111111111111',
      AZURE_CLIENT_ID: '22222222-2222-2222-2222-222222222222',
      AZURE_CLIENT_SECRET: 'hush-hush',
    })
  })

  test('the identity of the machine gets an access token, and the container sees it', async () => {
    cloud = await playCloud(azure({ body: { access_token: 'aad-token', expires_in: 3600, token_type: 'Bearer' } }))
    await expect(keysOf(azureStore(config, waiting))).resolves.toEqual(['file'])
    expect(cloud.lines.at(-1)).toBe('GET acme.blob.core.windows.net/exports')
  })

  test('an identity that is refused is told so, without its secret', async () => {
    cloud = await playCloud(
      azure({ status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215' } }),
    )
    const error = await keysOf(azureStore(config, waiting)).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toMatch(/No Azure identity of this machine was accepted/)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/hush-hush/)
  })
})

describe('Amazon S3', () => {
  const config = {
    provider: 's3',
    bucket: 'exports',
    region_name: 'eu-central-1',
    aws_access_key_id: 'AKIAFAKE',
    aws_secret_access_key: 'secret',
  } as const
  const amazon = ({ line }: CloudRequest): CloudAnswer => {
    if (!line.includes('sts.'))
      return { body: '<ListBucketResult><Contents><Key>file</Key></Contents></ListBucketResult>' }
    const fields = '<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>'
    return {
      body: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${fields}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    }
  }

  test('a bucket is asked in its region', async () => {
    cloud = await playCloud(amazon)
    await expect(keysOf(s3Store(config, waiting))).resolves.toEqual(['file'])
    expect(cloud.lines).toEqual(['GET exports.s3.eu-central-1.amazonaws.com/'])
  })

  test('a role is asked for in the same region', async () => {
    cloud = await playCloud(amazon)
    await expect(keysOf(s3Store({ ...config, role_arn: 'arn:aws:iam::1:role/r' }, waiting))).resolves.toEqual(['file'])
    expect(cloud.lines).toEqual(['POST sts.eu-central-1.amazonaws.com/', 'GET exports.s3.eu-central-1.amazonaws.com/'])
  })

  test('a bucket whose name has dots is asked by path, because its certificate would not fit', async () => {
    cloud = await playCloud(amazon)
    await expect(keysOf(s3Store({ ...config, bucket: 'my.exports' }, waiting))).resolves.toEqual(['file'])
    expect(cloud.lines).toEqual(['GET s3.eu-central-1.amazonaws.com/my.exports/'])
  })
})
