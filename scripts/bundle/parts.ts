/** Which modules share a file: those that a command loads together anyway. */
import { join } from 'node:path'

/** What is known of a module: those that it imports at once. */
export interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null
}

/** Each is loaded when something before it asks for it; what comes with several of them belongs to the first. */
const PARTS = [
  ['start', 'cdk/process.ts', 'cdk/stop.ts', 'files.ts'],
  ['configured', 'cdk/run-configured.ts'],
  ['source', 'source/source.ts'],
  ['destination', 'destination/destination.ts'],
  ['read-file', 'source/read-file.ts'],
  ['aws', 'source/storage/s3.ts'],
] as const
type Part = (typeof PARTS)[number][0]

/**
 * The part that a module of `src`, or of a package, belongs to. None for what only rarer things need, which the bundler
 * divides by itself.
 */
export function partsOf(src: string): (id: string, graph: Graph) => Part | undefined {
  let parts: readonly (readonly [Part, ReadonlySet<string>])[] | undefined
  return (id, graph) => {
    parts ??= PARTS.map(([name, ...files]) => [
      name,
      loadedWith(
        files.map((file) => join(src, file)),
        graph,
      ),
    ])
    return partWith(
      id,
      parts.filter(([, modules]) => modules.has(id)).map(([name]) => name),
    )
  }
}

const AWS = /node_modules\/@(aws|aws-sdk|smithy)\//

/** What both roles need comes with the configuration, for neither loads the other; what other stores need is not Amazon's. */
function partWith(id: string, [first, ...others]: readonly Part[]): Part | undefined {
  if (first === 'source' && others.includes('destination')) return 'configured'
  return first === 'aws' && !AWS.test(id) ? undefined : first
}

function loadedWith(ids: readonly string[], graph: Graph, seen = new Set<string>()): ReadonlySet<string> {
  for (const id of ids) {
    if (seen.has(id)) continue
    seen.add(id)
    loadedWith(graph.getModuleInfo(id)?.importedIds ?? [], graph, seen)
  }
  return seen
}
