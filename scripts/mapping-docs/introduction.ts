/** What docs/mapping.md says in words. */
import { TRIMMED_FIELDS } from '../../src/destination/mapping/trim.ts'
import { list, table } from './markdown.ts'

export const INTRODUCTION = `# Mapping

<!-- Made by scripts/mapping-docs.ts from catalogs/ and src/destination/. Edit those instead. -->

What Segment and RudderStack are told about each Braze Currents event. Every event becomes one \`track\` call; the
setting \`profiles: identify\` adds an \`identify\` call to three types.

## What every call begins with

${table(
  ['Field', 'Place', 'Remarks'],
  [
    [
      '`id`',
      '`messageId`',
      'With `message_id_prefix` before it. Longer than 99 characters: its hash. Without: rejected.',
    ],
    ['`time`', '`timestamp`', 'ISO 8601. `time_ms` is preferred where an event has it. Without: rejected.'],
    ['`external_user_id`', '`userId`', 'Left out if empty. See `anonymous_users`.'],
    ['`user_id`', '`anonymousId`', 'Braze’s own ID of the user. Of events that name no user: see `users_without_id`.'],
    ['type of the event', '`event`, `context.braze.event_type`', 'See [Names](#names).'],
    ['', '`integrations`', 'Keeps events from going back to Braze. See `loop_guard`.'],
    [
      '',
      '`context.library`, `context.integration`',
      'Who sends. RudderStack also gets `originalTimestamp` and `channel`.',
    ],
  ],
)}

Values that are null are left out; numbers keep every digit. Fields that no table names go to \`properties\` under their
own name, so new fields of Braze's arrive before this page knows them. Columns that platforms add
(\`_airbyte_…\`, \`_ab_…\`, \`SF_CREATED_AT\`) are not sent. Of the two IDs that Snowflake's share holds, the one of
Currents counts (\`CAMPAIGN_API_ID\`, sent as \`campaign_id\`).

## What the settings change

${table(
  ['Setting', 'Effect'],
  [
    ['`event_names`', 'The column of [Names](#names) that is used.'],
    ['`rename`', 'A name of your own for one event type.'],
    [
      '`custom_events: own_name`',
      '`event` is the name of the custom event; `prefixed` puts "Braze: " before it. Events without a name are rejected.',
    ],
    [
      '`purchases: order_completed`',
      '`event` is "Order Completed"; `properties` has `order_id` (the event’s ID), `revenue`, `currency` and `products` with one product, instead of `product_id` and `price`.',
    ],
    [
      '`anonymous_users: skip`',
      'Events with `user_id` but without `external_user_id` are left out, and counted as skipped.',
    ],
    [
      '`users_without_id: synthetic`',
      '`anonymousId` is made from a phone number, LINE or WhatsApp ID, survey session, request or else the event’s ID; `context.braze.synthetic_id` is true. `reject`: such events are rejected.',
    ],
    ['`loop_guard: false`', '`integrations` is left out.'],
    [
      '`extra_fields: false`',
      'Exactly the layout of Braze’s own export: places in *italics* below are not filled, `context` has no `library`, `integration` or `braze` for Segment and those of RudderStack’s own source for RudderStack, and undescribed fields are not sent to Segment. Only where an event names no user, or had to be shortened, does `context.braze` say so.',
    ],
    [
      '`profiles: identify`',
      '`users.behaviors.subscription.GlobalStateChange` sets the traits `email_subscribe` or `push_subscribe`, `users.behaviors.subscriptiongroup.StateChange` sets `subscription_groups.<id>`, `users.profile.Update` sets the standard traits and the custom attributes. `context.active` is false. Not with delivery `webhook`.',
    ],
  ],
)}

Custom properties of custom events and purchases stand among the other \`properties\` for Segment, as in Braze's own
export; where a name is taken, Braze's field keeps it and the whole object is there once more as \`custom_properties\`
(\`purchase_properties\`). RudderStack gets the object of that name, as from its own Braze source.

With delivery \`webhook\`, RudderStack gets what Braze itself would send (the last column of the tables), and names and
layout are set in RudderStack.

## Events that are too big

An event of more than 32 KB is shortened field by field until it fits: ${list(TRIMMED_FIELDS)}, then the longest custom
properties. \`context.braze.truncated\` lists what was shortened. What is still too big is rejected. With delivery
\`webhook\`, nothing is shortened.`
