import { Scanner } from '../../cdk/json.ts'
import type { Item, Parcel } from './batch.ts'

/** The items of a parcel, one for each record: what the service refuses is one of them. */
export const singlesOf = ({ items, body }: Parcel): readonly Item[] =>
  items.flatMap((item) => (item.records === 1 ? [item] : split(item, body)))

function split(item: Item, body: Buffer): readonly Item[] {
  const events = new Scanner(body.subarray(item.start, item.end))
  return item.lines.split().map((lines, i) => {
    const start = item.start + events.at
    events.skipValue()
    const end = item.start + events.at
    // The comma.
    events.at++
    return { ...item, lines, place: item.place + i, records: 1, events: 1, start, end }
  })
}
