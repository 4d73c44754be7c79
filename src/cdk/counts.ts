/** Counts as people read them. */

/** `1,234,567`. Written out, because toLocaleString takes 15 ms the first time, and some for every number. */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 file`, `2,000 files`. */
export const countOf = (count: number, what: string): string => `${countText(count)} ${what}${count === 1 ? '' : 's'}`
