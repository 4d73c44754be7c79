/** Numbers as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `12.3 MB`, in powers of 1,000. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const amount = bytes / 1000 ** power
  return `${power === 0 ? amount : amount.toFixed(1)} ${UNITS[power]}`
}

/** The two largest units: `3 d 4 h`, `2 min 5 s`, `0.4 s`. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const [large, small] = DURATIONS.find(([unit]) => seconds >= unit.seconds) ?? LAST_DURATION
  const count = Math.floor(seconds / large.seconds)
  const rest = Math.floor((seconds - count * large.seconds) / small.seconds)
  return rest > 0 ? `${count} ${large.name} ${rest} ${small.name}` : `${count} ${large.name}`
}

const DAY = { name: 'd', seconds: 86_400 }
const HOUR = { name: 'h', seconds: 3600 }
const MINUTE = { name: 'min', seconds: 60 }
const LAST_DURATION = [MINUTE, { name: 's', seconds: 1 }] as const
const DURATIONS = [[DAY, HOUR], [HOUR, MINUTE], LAST_DURATION] as const
