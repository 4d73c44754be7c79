/** Listings that come in pages. */
import { TransientError } from '../../cdk/errors.ts'
import { compareKeys } from './order.ts'
import { retrying, SILENCE_MS, type Waiting, within } from './retry.ts'
import type { StoredObject, StoreEntry } from './store.ts'

export interface Page {
  readonly objects: readonly StoredObject[]
  readonly folders: readonly string[]
  /** What leads to the next page. Absent on the last. */
  readonly next: string | undefined
}

export interface Listing {
  /** The address of what is listed, for messages. */
  readonly url: string
  /** Throws whatever the SDK throws. */
  page(token: string | undefined): Promise<Page>
  /** What an error means that came from `page`. */
  failure(error: unknown): Error
}

/** The listed objects behind `after`. */
export async function* objectsOf(listing: Listing, after: string, waiting: Waiting): AsyncGenerator<StoredObject> {
  let last = ''
  for await (const { objects } of pagesOf(listing, waiting)) {
    for (const object of objects) {
      if (compareKeys(object.key, last) < 0) throw outOfOrder(listing.url, last, object.key)
      last = object.key
      // Some services begin with `after` itself, or ignore it: https://learn.microsoft.com/rest/api/storageservices/list-blobs
      if (compareKeys(last, after) > 0) yield object
    }
  }
}

/** The listed objects and folders of one level, without the empty object that some tools create as a folder's marker. */
export async function* entriesOf(listing: Listing, prefix: string, waiting: Waiting): AsyncGenerator<StoreEntry> {
  for await (const { objects, folders } of pagesOf(listing, waiting)) {
    const entries: StoreEntry[] = [...folders.map((folder) => ({ folder })), ...objects.map((object) => ({ object }))]
    yield* entries
      .filter((entry) => nameOf(entry) !== prefix)
      .sort((one, other) => compareKeys(nameOf(one), nameOf(other)))
  }
}

const nameOf = (entry: StoreEntry): string => ('folder' in entry ? entry.folder : entry.object.key)

async function* pagesOf(listing: Listing, waiting: Waiting): AsyncGenerator<Page> {
  let token: string | undefined
  do {
    const page = await retrying(() => fetched(listing, token), waiting)
    if (page.next !== undefined && page.next === token) throw goesRound(listing.url)
    token = page.next
    yield page
  } while (token !== undefined)
}

async function fetched({ url, page, failure }: Listing, token: string | undefined): Promise<Page> {
  try {
    return await within(SILENCE_MS, url, page(token))
  } catch (error) {
    throw failure(error)
  }
}

const outOfOrder = (url: string, one: string, other: string): TransientError =>
  new TransientError(
    `${url}: "${other}" was listed after "${one}", not in order of key, so files could be missed. Check that the storage lists like Amazon S3.`,
  )

const goesRound = (url: string): TransientError =>
  new TransientError(`${url}: the listing leads from a page to the same page. Check the storage server.`)
