/** The input's streams: how each is mapped and counted. */
import type { InputRecord } from '../../cdk/input.ts'
import type { ConfiguredAirbyteCatalog, StreamDescriptor } from '../../cdk/protocol.ts'
import type { Mapper, Target } from '../target.ts'
import type { Acknowledgements, StreamCount } from './acknowledge.ts'
import { StreamTally } from './summary.ts'

export interface InputStream {
  readonly map: Mapper
  readonly tally: StreamTally
  readonly count: StreamCount
}

export class Streams {
  readonly #streams = new Map<string, InputStream>()
  readonly #acknowledgements: Acknowledgements
  #last: { readonly name: string; readonly namespace: string | undefined; readonly stream: InputStream } | undefined

  /** Throws a ConfigError if a stream of the catalog holds nothing that the target could take. */
  constructor(catalog: ConfiguredAirbyteCatalog, target: Pick<Target, 'mapper'>, acknowledgements: Acknowledgements) {
    this.#acknowledgements = acknowledgements
    for (const configured of catalog.streams) this.#add(configured.stream, target.mapper(configured))
  }

  of({ stream: name, namespace }: Pick<InputRecord, 'stream' | 'namespace'>): InputStream {
    // Records of a stream come in a row: this saves making a key for each.
    if (this.#last?.name === name && this.#last.namespace === namespace) return this.#last.stream
    const descriptor = { name, ...(namespace !== undefined && { namespace }) }
    const stream = this.#streams.get(keyOf(descriptor)) ?? this.#add(descriptor, unknownStream)
    this.#last = { name, namespace, stream }
    return stream
  }

  tallies(): readonly StreamTally[] {
    return [...this.#streams.values()].map(({ tally }) => tally)
  }

  #add({ name, namespace }: StreamDescriptor, map: InputStream['map']): InputStream {
    const descriptor = { name, ...(namespace && { namespace }) }
    const count = this.#acknowledgements.countOf(descriptor)
    const stream = { map, count, tally: new StreamTally(descriptor) }
    this.#streams.set(keyOf(descriptor), stream)
    return stream
  }
}

const keyOf = ({ name, namespace }: StreamDescriptor): string => `${namespace ?? ''}\0${name}`

/** Nobody told us what such a record is, so it is not guessed at; and it is not lost in silence either. */
const unknownStream: Mapper = () => ({
  status: 'rejected',
  reason: 'unknown_stream',
  message: 'the configured catalog does not name this stream',
})
