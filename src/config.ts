/**
 * Everything a user can configure, both roles, on one page. `npm run generate` makes spec.json and
 * spec.destination.json from it.
 */
import * as z from 'zod'

const text = (title: string, description: string, more: object = {}) =>
  z
    .string()
    .trim()
    .min(1)
    .meta({ title, description, ...more })
const secret = (title: string, description: string, more: object = {}) =>
  text(title, description, { airbyte_secret: true, ...more })
const choice = <const T extends readonly [string, ...string[]]>(
  values: T,
  title: string,
  description: string,
  more: object = {},
) => z.enum(values).meta({ title, description, ...more })
const flag = (title: string, description: string, byDefault: boolean, more: object = {}) =>
  z
    .boolean()
    .default(byDefault)
    .meta({ title, description, ...more })
/** An endpoint for tests and for servers that speak the same protocol. */
const endpoint = (description: string, more: object = {}) =>
  z
    .url({
      protocol: /^https?$/,
      error: 'must be a URL that begins with https:// (http:// for this machine only)',
      abort: true,
    })
    .refine(isSafeUrl, 'must begin with https://; plain http:// is allowed for this machine only')
    .meta({ title: 'Endpoint', description, ...more })

/** A date or an hour in UTC, as in the export's `date=` folders. */
const HOUR_PATTERN = '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z)?$'
const hour = (title: string, description: string, more: object) =>
  z
    .string()
    .trim()
    .regex(new RegExp(HOUR_PATTERN), { error: 'must look like 2025-04-01 or 2025-04-01T17:00:00Z', abort: true })
    .refine(exists, 'must be a date that exists')
    .meta({
      title,
      description,
      format: 'date-time',
      pattern: HOUR_PATTERN,
      pattern_descriptor: 'YYYY-MM-DD or YYYY-MM-DDTHH:00:00Z',
      examples: ['2025-04-01T00:00:00Z'],
      ...more,
    })

/** JavaScript takes the 30th of February for the 2nd of March. */
function exists(hour: string): boolean {
  const date = new Date(hour)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(hour.slice(0, 10))
}

// ------------------------------------------------------------------------------------------------------------ source

const LocalStorage = z
  .object({
    provider: z.literal('local'),
    path: text('Folder', 'The folder that holds the export, as the connector sees it (in a container: the mount).', {
      examples: ['/data/braze'],
      order: 1,
    }),
  })
  .meta({ title: 'Local folder' })

const S3Storage = z
  .object({
    provider: z.literal('s3'),
    bucket: text('Bucket', 'The name of the bucket that Braze exports to.', {
      examples: ['my-braze-export'],
      order: 1,
    }),
    region_name: text('Region', 'The AWS region of your bucket.', { examples: ['eu-central-1'], order: 2 }),
    aws_access_key_id: secret(
      'AWS access key ID',
      'The ID of an access key that may list and read your bucket. Leave it empty to use the identity of the machine.',
      { order: 3 },
    ).optional(),
    aws_secret_access_key: secret('AWS secret access key', 'The secret that belongs to the access key ID.', {
      order: 4,
    }).optional(),
    role_arn: text('Role ARN', 'An IAM role that you want the connector to assume.', {
      order: 5,
      examples: ['arn:aws:iam::123456789012:role/braze-reader'],
    }).optional(),
    external_id: text('External ID', 'The external ID that your role asks for.', { order: 6 }).optional(),
    endpoint: endpoint('The address of your S3-compatible server. Leave it empty for Amazon S3.', {
      order: 7,
    }).optional(),
  })
  .refine((s3) => (s3.aws_access_key_id === undefined) === (s3.aws_secret_access_key === undefined), {
    path: ['aws_secret_access_key'],
    error: 'give both aws_access_key_id and aws_secret_access_key, or neither',
  })
  .meta({ title: 'Amazon S3 or compatible' })

const GcsStorage = z
  .object({
    provider: z.literal('gcs'),
    bucket: text('Bucket', 'The name of the bucket that Braze exports to.', {
      examples: ['my-braze-export'],
      order: 1,
    }),
    service_account: secret(
      'Service account key',
      'The JSON key of a service account that may list and read your bucket. Leave it empty to use the identity of the machine.',
      { multiline: true, order: 2 },
    ).optional(),
    endpoint: endpoint('The address of a server that speaks the Cloud Storage JSON API.', {
      airbyte_hidden: true,
      order: 3,
    }).optional(),
  })
  .meta({ title: 'Google Cloud Storage' })

const AzureStorage = z
  .object({
    provider: z.literal('azure'),
    azure_blob_storage_account_name: text('Account name', 'The name of your storage account.', {
      examples: ['mybrazeexport'],
      order: 1,
    }),
    azure_blob_storage_container_name: text('Container', 'The container that Braze exports to.', {
      examples: ['currents'],
      order: 2,
    }),
    azure_blob_storage_account_key: secret(
      'Account key',
      'A key of your storage account. Leave this and the SAS token empty to use the identity of the machine.',
      { order: 3 },
    ).optional(),
    sas_token: secret('SAS token', 'A shared access signature that may list and read your container.', {
      order: 4,
    }).optional(),
    azure_blob_storage_endpoint: endpoint(
      'The blob endpoint of your account. Leave it empty for the public Azure cloud.',
      { examples: ['https://mybrazeexport.blob.core.windows.net'], order: 5 },
    ).optional(),
  })
  .refine((azure) => !(azure.azure_blob_storage_account_key && azure.sas_token), {
    path: ['sas_token'],
    error: 'give azure_blob_storage_account_key or sas_token, not both',
  })
  .meta({ title: 'Azure Blob Storage' })

export const Storage = z.discriminatedUnion('provider', [LocalStorage, S3Storage, GcsStorage, AzureStorage]).meta({
  title: 'Storage',
  description: 'Where Braze Currents writes your export.',
  display_type: 'dropdown',
  order: 0,
})
export type Storage = z.infer<typeof Storage>
export type StorageOf<Provider extends Storage['provider']> = Extract<Storage, { provider: Provider }>

export const PersonalData = z
  .object({
    policy: choice(
      ['keep', 'hash', 'redact', 'drop'],
      'Policy',
      'What you want done with personal data: keep it, replace each value by a keyed hash (HMAC-SHA-256, so that equal values stay equal), replace it by [REDACTED], or leave the field out.',
      { default: 'keep', order: 0 },
    ).default('keep'),
    fields: z
      .array(z.string().trim().min(1))
      .meta({
        title: 'Fields',
        description:
          'The fields you want covered. Leave it empty to cover every field that is marked as personal data, new ones included.',
        examples: [['email_address', 'to_phone_number']],
        order: 1,
      })
      .optional(),
    salt: secret('Salt', 'The key of the hash. Keep it the same, so that hashes of different syncs match.', {
      order: 2,
    }).optional(),
  })
  .refine(({ policy, salt }) => policy !== 'hash' || salt !== undefined, {
    path: ['salt'],
    error: 'the policy "hash" needs a salt',
  })
  .meta({
    title: 'Personal data',
    description: 'What you want done with personal data before it leaves the connector.',
  })
export type PersonalData = z.infer<typeof PersonalData>

export const SourceConfig = z
  .object({
    storage: Storage,
    path_prefix: z
      .string()
      .trim()
      .default('')
      .meta({
        title: 'Path prefix',
        description:
          'The folder in which your export begins, as set in Braze. Several Currents may live below it. Leave it empty to search the whole bucket.',
        examples: ['currents/'],
        order: 1,
      }),
    start_date: hour(
      'Start date',
      'You get events that Braze exported in or after this hour (UTC). Leave it empty for all.',
      { order: 2 },
    ).optional(),
    end_date: hour(
      'End date',
      'You get events that Braze exported before this hour (UTC). Leave it empty for no end.',
      {
        order: 3,
      },
    ).optional(),
    lookback_hours: z.number().int().min(0).max(8760).default(168).meta({
      title: 'Look-back (hours)',
      description:
        'How many hours before the last sync you want searched again for files that arrived late. Braze retries failed deliveries for days.',
      order: 4,
    }),
    personal_data: PersonalData.optional().meta({ ...PersonalData.meta(), order: 5 }),
    deduplicate: flag(
      'Remove duplicates',
      'You get an event once even if Braze exported it twice within a short time. Braze promises at-least-once delivery only.',
      true,
      { order: 6 },
    ),
    include_file_url: flag(
      'Include the file URL',
      'You get the address of the file that an event came from in the field _ab_source_file_url.',
      false,
      { order: 7 },
    ),
    written_until: hour(
      'Written until',
      'You get files that were written up to this moment (UTC). Later ones are left to another sync. A plan for several machines sets it.',
      { airbyte_hidden: true, order: 8 },
    ).optional(),
    undated_files: flag(
      'Files without a date',
      'You get files that lie outside of date= folders, too. A plan for several machines lets one of them read these.',
      true,
      { airbyte_hidden: true, order: 9 },
    ),
  })
  .meta({ title: 'Braze Currents' })
export type SourceConfig = z.infer<typeof SourceConfig>

// ------------------------------------------------------------------------------------------------------- destination

const SegmentService = z
  .object({
    service: z.literal('segment'),
    write_key: secret('Write key', 'The write key of your Segment source: Sources, your source, Settings, API Keys.', {
      order: 1,
    }),
    region: choice(
      ['us', 'eu'],
      'Region',
      'The region of your Segment workspace. Segment drops events that are sent to the wrong one.',
      { default: 'us', order: 2 },
    ).default('us'),
    endpoint: endpoint('The address of a server that speaks the Segment HTTP API.', {
      airbyte_hidden: true,
      order: 3,
    }).optional(),
  })
  .meta({ title: 'Segment' })

const RudderstackService = z
  .object({
    service: z.literal('rudderstack'),
    data_plane_url: endpoint(
      'The URL of your RudderStack data plane. The webhook URL of a Braze source, write key included, works too.',
      { title: 'Data plane URL', examples: ['https://example.dataplane.rudderstack.com'], order: 1 },
    ),
    write_key: secret(
      'Write key',
      'The write key of your RudderStack source. You can leave it out if the URL above is a webhook URL that contains it.',
      { order: 2 },
    ).optional(),
    delivery: choice(
      ['batch', 'webhook'],
      'Delivery',
      'batch sends finished track calls to any kind of source. webhook sends what Braze itself would send, to a source of the type Braze, so that RudderStack does the mapping.',
      { default: 'batch', order: 3 },
    ).default('batch'),
  })
  .refine(({ data_plane_url, write_key }) => write_key ?? holdsWriteKey(data_plane_url), {
    path: ['write_key'],
    error: 'is missing, and data_plane_url holds no writeKey either',
  })
  .meta({ title: 'RudderStack' })

const Service = z.discriminatedUnion('service', [SegmentService, RudderstackService]).meta({
  title: 'Service',
  description: 'The service that you want events delivered to.',
  display_type: 'dropdown',
  order: 0,
})
export type Service = z.infer<typeof Service>
export type ServiceOf<Name extends Service['service']> = Extract<Service, { service: Name }>

export const Route = z.object({
  field: choice(['app_id', 'app_group_id', 'stream'], 'Field', 'What decides where an event goes.', { order: 0 }),
  value: text('Value', 'The app ID, app group ID or stream name that you want routed.', { order: 1 }),
  write_key: secret('Write key', 'The write key of the source that receives these events.', { order: 2 }),
})
export type Route = z.infer<typeof Route>

const Rename = z.object({
  event_type: text('Event type', 'The Currents event type.', { examples: ['users.messages.email.Open'], order: 0 }),
  name: text('Name', 'The event name that you want sent.', { examples: ['Newsletter Opened'], order: 1 }),
})

export const Mapping = z
  .object({
    event_names: choice(
      ['default', 'braze_native', 'segment_catalog', 'raw'],
      'Event names',
      'default sends names that tell the channel (Email Opened), braze_native the names of Braze’s own export, segment_catalog those of Segment’s documentation, raw the event type itself (users.messages.email.Open). Left empty, Segment gets default and RudderStack raw.',
      { order: 0 },
    ).optional(),
    rename: z
      .array(Rename)
      .default([])
      .meta({ title: 'Renamed events', description: 'Names of your own for single event types.', order: 1 }),
    custom_events: choice(
      ['fixed', 'own_name', 'prefixed'],
      'Custom events',
      'The name of a custom event: fixed for all of them (the name you gave it is in properties.name), its own_name, or that name with the prefix "Braze: ".',
      { default: 'fixed', order: 2 },
    ).default('fixed'),
    purchases: choice(
      ['purchased', 'order_completed'],
      'Purchases',
      'purchased sends the event as Braze names it. order_completed follows Segment’s e-commerce spec, and needs the loop guard so that Braze does not book the purchase again.',
      { default: 'purchased', order: 3 },
    ).default('purchased'),
    anonymous_users: choice(
      ['send', 'skip'],
      'Anonymous users',
      'Whether you want events of users without an external user ID. They are sent with Braze’s ID as anonymousId.',
      { default: 'send', order: 4 },
    ).default('send'),
    users_without_id: choice(
      ['synthetic', 'reject'],
      'Events without a user',
      'A few events name no user at all. synthetic sends them with an anonymousId made from the event; reject counts them as rejected.',
      { default: 'synthetic', order: 5 },
    ).default('synthetic'),
    message_id_prefix: text(
      'Message ID prefix',
      'Put before each messageId. Set one while Braze’s own export still runs beside this one, or the service takes the second copy of an event for a duplicate.',
      { examples: ['backfill-'], order: 6, maxLength: 40 },
    )
      .max(40)
      .optional(),
    loop_guard: flag('Loop guard', 'Events are marked so that the service does not forward them back to Braze.', true, {
      order: 7,
    }),
    extra_fields: flag(
      'Extra fields',
      'You get every field of an event, also those that Braze’s own export leaves out. Switch it off for exactly the native layout.',
      true,
      { order: 8 },
    ),
    profiles: choice(
      ['off', 'identify'],
      'Profiles',
      'identify also sends an identify call for changed subscriptions and profile updates.',
      { default: 'off', order: 9 },
    ).default('off'),
  })
  .refine(({ purchases, loop_guard }) => purchases !== 'order_completed' || loop_guard, {
    path: ['purchases'],
    error: 'order_completed needs loop_guard, or Braze books every purchase a second time',
  })
  .meta({ title: 'Mapping', description: 'How events are named and laid out.' })
export type Mapping = z.infer<typeof Mapping>

export const Limits = z
  .object({
    max_events_per_second: z
      .number()
      .positive()
      .meta({
        title: 'Events per second',
        description: 'The most events you want sent in a second. Segment’s default limit is 1,000.',
        order: 0,
      })
      .optional(),
    concurrent_requests: z.number().int().min(1).max(64).default(4).meta({
      title: 'Concurrent requests',
      description: 'How many requests may be under way at the same time.',
      order: 1,
    }),
    gzip: flag('Compress', 'Requests are compressed with gzip: less traffic for more processor time.', false, {
      order: 2,
    }),
  })
  .meta({ title: 'Limits', description: 'How fast you want events sent.' })
export type Limits = z.infer<typeof Limits>

export const RejectedStore = z
  .discriminatedUnion('storage_type', [
    z.object({ storage_type: z.literal('None') }).meta({ title: 'None' }),
    z
      .object({
        storage_type: z.literal('Local'),
        bucket_path: text('Folder', 'The folder for rejected records, as the connector sees it.', {
          examples: ['/data/rejected'],
          order: 1,
        }),
      })
      .meta({ title: 'Local folder' }),
    z
      .object({
        storage_type: z.literal('S3'),
        s3_bucket_name: text('Bucket', 'The bucket for rejected records.', { order: 1 }),
        s3_bucket_region: text('Region', 'The AWS region of the bucket.', { examples: ['us-east-1'], order: 2 }),
        bucket_path: text('Path', 'The folder in the bucket.', { examples: ['rejected'], order: 3 }),
        access_key_id: secret(
          'AWS access key ID',
          'The ID of an access key that may write to the bucket. Leave it empty to use the identity of the machine.',
          { order: 4 },
        ).optional(),
        secret_access_key: secret('AWS secret access key', 'The secret that belongs to the access key ID.', {
          order: 5,
        }).optional(),
        role_arn: text('Role ARN', 'An IAM role that you want the connector to assume.', { order: 6 }).optional(),
        s3_endpoint: endpoint('The address of your S3-compatible server. Leave it empty for Amazon S3.', {
          order: 7,
        }).optional(),
      })
      .meta({ title: 'Amazon S3 or compatible' }),
  ])
  .meta({
    title: 'Rejected records',
    description:
      'Where you want records kept that the service refuses, with the reason. Without it, a sync that met such a record fails after everything else was delivered.',
    display_type: 'dropdown',
    order: 4,
  })
export type RejectedStore = z.infer<typeof RejectedStore>

export const DestinationConfig = z
  .object({
    destination: Service,
    routes: z.array(Route).default([]).meta({
      title: 'Routes',
      description:
        'Other write keys for the events of single apps, app groups or streams. The first route that fits decides.',
      order: 1,
    }),
    mapping: Mapping.prefault({}).meta({ ...Mapping.meta(), order: 2 }),
    limits: Limits.prefault({}).meta({ ...Limits.meta(), order: 3 }),
    object_storage_config: RejectedStore.optional(),
    dry_run: flag('Dry run', 'Everything is done but sending: events are read, mapped, checked and counted.', false, {
      order: 5,
    }),
  })
  .meta({ title: 'Segment or RudderStack' })
export type DestinationConfig = z.infer<typeof DestinationConfig>

/** Personal data and keys cross the network encrypted, except to this machine. What is no URL is refused as such. */
function isSafeUrl(url: string): boolean {
  if (!URL.canParse(url)) return true
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || ['localhost', '[::1]'].includes(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

const holdsWriteKey = (url: string): boolean => !URL.canParse(url) || Boolean(new URL(url).searchParams.get('writeKey'))
