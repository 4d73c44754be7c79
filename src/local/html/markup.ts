/** HTML in which every text is escaped, unless it is markup already. */
export interface Markup {
  readonly html: string
}

type Part = string | number | Markup | readonly Markup[] | undefined | false

/** html`<b>${text}</b>` */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  html: strings.map((text, i) => text + (i < parts.length ? partHtml(parts[i]) : '')).join(''),
})

/** Text that is known to be harmless where it is put. */
export const raw = (text: string): Markup => ({ html: text })

function partHtml(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'html' in part ? part.html : part.map((markup) => markup.html).join('')
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
