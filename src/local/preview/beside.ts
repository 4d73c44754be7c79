/** Lays two texts out beside each other. */

/** Below each other if the columns would be narrower than this. */
const NARROWEST = 44
const GAP = 3

/** `width` is that of the screen, in characters. */
export function beside(left: string, right: string, width: number): string {
  const column = Math.floor((width - GAP) / 2)
  if (column < NARROWEST) return `${left}\n\n${right}`
  const [lefts, rights] = [linesOf(left, column), linesOf(right, column)]
  return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, i) =>
    `${(lefts[i] ?? '').padEnd(column + GAP)}${rights[i] ?? ''}`.trimEnd(),
  ).join('\n')
}

const linesOf = (text: string, width: number): readonly string[] =>
  text.split('\n').flatMap((line) => piecesOf(line, width))

/** A long line goes on below, indented a little more. */
function piecesOf(line: string, width: number): readonly string[] {
  const characters = [...line]
  const indent = `${/^ */.exec(line)?.[0] ?? ''}    `.slice(0, Math.floor(width / 2))
  const pieces = [characters.slice(0, width).join('')]
  const step = width - indent.length
  for (let at = width; at < characters.length; at += step)
    pieces.push(indent + characters.slice(at, at + step).join(''))
  return pieces
}
