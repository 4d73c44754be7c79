/** What is wrong with the files of an export, or worth knowing. */
import { countOf } from '../../cdk/counts.ts'
import { type Find, note, warning } from './finding.ts'

const nothing: Find = ({ totals: { files } }) =>
  files === 0 && warning('no_files', 'There are no files in the hours and streams that were asked for.')

const broken: Find = ({ broken: { count, items } }) =>
  count > 0 &&
  warning(
    'broken_files',
    `Can't be read to the end: ${countOf(count, 'file')} of those opened. The source reads what is whole, tries again with every sync, and gives up after lookback_hours. On Google Cloud Storage, cut-off files lie beside whole ones: let Braze delete them (storage.objects.delete), or delete them yourself.`,
    items.map(({ key, byte, reason }) => `${key}: ${byte === undefined ? '' : `at byte ${byte}, `}${reason}`),
  )

const sameNames: Find = ({ sameNames: { count, items } }) =>
  count > 0 &&
  warning(
    'same_names',
    `Named like another file of the same event type: ${countOf(count, 'file')}. Part of the export may be stored twice, and is then counted twice here. The source leaves out repeated events only if they are close to each other, so set path_prefix to the folder that you mean.`,
    items.map(({ key, otherKey }) => `${key} and ${otherKey}`),
  )

const otherTypes: Find = ({ otherTypes: { count, items } }) =>
  count > 0 &&
  warning(
    'other_types',
    `Holding another event type than their folder says: ${countOf(count, 'file')}. Avro files are read as what the folder says; JSON events of another type are left out. Move the files to where they belong.`,
    items.map(({ key, folder, found }) => `${key}: ${found} in the folder of ${folder}`),
  )

const nameless: Find = ({ namelessEvents }) =>
  namelessEvents > 0 &&
  warning(
    'no_event_type',
    `Without an event_type, so that no stream reads them: ${countOf(namelessEvents, 'JSON event')}.`,
  )

const unknownTypes: Find = ({ types }) => {
  const names = types.filter(({ status }) => status === 'unknown').map(({ eventType }) => eventType)
  return (
    names.length > 0 &&
    note(
      'unknown_types',
      `Not in the catalogue of this version: ${countOf(names.length, 'event type')}. The events flow, with the fields of their Avro header. A newer version may know more.`,
      names,
    )
  )
}

const unknownFields: Find = ({ types }) => {
  const names = types.flatMap(({ eventType, unknownFields }) =>
    unknownFields.map(({ name }) => `${eventType}: ${name}`),
  )
  return (
    names.length > 0 &&
    note(
      'unknown_fields',
      `Not in the catalogue of this version: ${countOf(names.length, 'field')}. Their values flow all the same. A newer version may know more.`,
      names,
    )
  )
}

const integrations: Find = ({ integrations }) =>
  integrations.length > 1 &&
  note(
    'several_integrations',
    `${integrations.length} Currents export to this place, and all are read into the same streams. To read only one, set path_prefix to its folder.`,
    integrations.map(({ folder, lastHour }) => `${folder}${lastHour ? `, up to ${lastHour}` : ''}`),
  )

const layouts: Find = ({ layouts }) => {
  const names = layouts.map(({ layout }) => layout)
  return (
    names.includes('version') &&
    names.includes('schema_id') &&
    note(
      'two_layouts',
      'The export has files in both of the layouts that Braze has used, before 2026 and since. Both are read.',
    )
  )
}

const gone: Find = ({ goneFiles }) =>
  goneFiles > 0 &&
  note(
    'gone_files',
    `Deleted while we looked: ${countOf(goneFiles, 'file')}. Check that whatever cleans up the bucket leaves files long enough for every sync.`,
  )

export const FILE_FINDERS: readonly Find[] = [
  nothing,
  broken,
  sameNames,
  otherTypes,
  nameless,
  unknownTypes,
  unknownFields,
  integrations,
  layouts,
  gone,
]
