/** A tree of JSON objects whose members stand for numbered values. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Place } from './places.ts'
import type { Step } from './steps.ts'

type Values = readonly (ByteString | undefined)[]

/** A member and the values that may stand there: the first that is present does. */
interface Member {
  readonly key: Key
  readonly number: number
  readonly others: number[]
}

/** `"name":`, and the same with a comma before it. */
interface Key {
  readonly first: ByteString
  readonly next: ByteString
}

interface Node {
  readonly members: Map<ByteString, Member>
  /** The same members, in a form that is quick to walk. */
  readonly list: Member[]
  readonly children: { readonly key: Key; readonly node: Node }[]
}

export interface Layout {
  add(place: Place, number: number): void
  /** The members of the object at `path`, without braces. Objects without members are left out. */
  membersAt(path: string, values: Values): ByteString
  hasMember(path: string, name: ByteString, values: Values): boolean
  /** What `membersAt` does. */
  stepsAt(path: string): readonly Step[]
  /** The names of the members that the object at `path` may have. */
  namesAt(path: string): readonly ByteString[]
}

export function layoutOf(): Layout {
  const nodes = new Map<string, Node>([['', newNode()]])

  const nodeAt = (path: string): Node => {
    const known = nodes.get(path)
    if (known) return known
    const node = newNode()
    nodes.set(path, node)
    const [parent, name] = splitPlace(path)
    nodeAt(parent).children.push({ key: keyOf(name), node })
    return node
  }
  return {
    add(place, number) {
      const [path, name] = splitPlace(place)
      addMember(nodeAt(path), name, number)
    },
    membersAt(path, values) {
      const node = nodes.get(path)
      return node ? membersOf(node, values) : ''
    },
    hasMember(path, name, values) {
      const member = nodes.get(path)?.members.get(name)
      return member !== undefined && Boolean(presentOf(member, values))
    },
    stepsAt(path) {
      const node = nodes.get(path)
      return node ? stepsOf(node) : []
    },
    namesAt: (path) => [...(nodes.get(path)?.members.keys() ?? [])],
  }
}

const newNode = (): Node => ({ members: new Map(), list: [], children: [] })

/** Object and name. Names of properties and traits are the user's and may contain dots. */
function splitPlace(place: Place): readonly [path: string, name: string] {
  const dot = OPEN.find((object) => place.startsWith(`${object}.`))?.length ?? place.lastIndexOf('.')
  return [place.slice(0, Math.max(dot, 0)), place.slice(dot + 1)]
}
const OPEN = ['properties', 'traits']

const keyOf = (name: string): Key => ({ first: `${JSON.stringify(name)}:`, next: `,${JSON.stringify(name)}:` })

function addMember({ members, list }: Node, name: string, number: number): void {
  const known = members.get(name)
  if (known) {
    known.others.push(number)
    return
  }
  const member = { key: keyOf(name), number, others: [] }
  members.set(name, member)
  list.push(member)
}

function membersOf({ list, children }: Node, values: Values): ByteString {
  let text = ''
  for (const member of list) {
    const value = presentOf(member, values)
    if (value) text += (text ? member.key.next : member.key.first) + value
  }
  for (const { key, node } of children) {
    const inner = membersOf(node, values)
    if (inner) text += `${text ? key.next : key.first}{${inner}}`
  }
  return text
}

const stepsOf = ({ list, children }: Node): readonly Step[] => [
  ...list.map(({ key, number, others }): Step => ({ kind: 'member', key: key.next, numbers: [number, ...others] })),
  ...children.map(({ key, node }): Step => ({ kind: 'object', key: key.next, steps: stepsOf(node) })),
]

const presentOf = (member: Member, values: Values): ByteString | undefined =>
  values[member.number] || otherOf(member, values)

function otherOf({ others }: Member, values: Values): ByteString | undefined {
  return others.length === 0 ? undefined : others.map((number) => values[number]).find(Boolean)
}
