/** Events beside what would be sent, as one page that runs nothing. */
import type { ByteString } from '../../cdk/bytes.ts'
import { writeRaw } from '../../cdk/raw-object.ts'
import { html, type Markup } from '../html/markup.ts'
import { pageOf } from '../html/page.ts'
import { printable } from '../inspect/printable.ts'
import { type Comparison, compare } from './compare.ts'
import type { Preview } from './preview.ts'
import { readable } from './raw-text.ts'

/** `isHashed`: the source replaces personal data by hashes. */
export function previewPage(previews: readonly Preview[], isHashed: boolean): string {
  const body = html`<h1>Events, and what would be sent</h1>
<p class="soft">Nothing was sent. Marks come from comparing values: a field is “renamed” if its value stands under another name.</p>
${indexOf(previews)}
${previews.map((preview, i) => sectionOf(preview, `event-${i}`, isHashed))}`
  return pageOf({ title: 'Preview of Braze Currents events', style: STYLE, body })
}

const STYLE = `
nav { columns: 23rem; margin-top: 1rem; font-size: .9rem } nav a { display: block; color: var(--link); overflow-wrap: anywhere } details { margin-top: .6rem }
section { margin-top: 2rem } h2 { overflow-wrap: anywhere } h3 { font-size: .9rem; margin: .6rem 0 .3rem; color: var(--soft) }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: .8rem }
.beside > div { min-width: 0 }
pre { margin: 0; padding: .7rem .9rem; font: .8rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
pre, .fields { background: var(--card); border: 1px solid var(--line); border-radius: .5rem }
.fields { list-style: none; margin: 0; padding: .3rem .9rem; font-size: .9rem } .fields li { padding: .25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
.fields li:last-child { border: 0 } .mark { border-radius: .3rem; padding: 0 .4rem; background: var(--note-back) }
.trimmed, .hashed, .changed { background: var(--warn-back); color: var(--warn) } .same, .empty { background: none; color: var(--soft) }
.finding { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; background: var(--warn-back) }
`

/** Where to find each stream. */
function indexOf(previews: readonly Preview[]): Markup {
  const firsts = previews.flatMap(({ record: { stream } }, i) =>
    stream === previews[i - 1]?.record.stream ? [] : [{ stream, i }],
  )
  return html`<nav>${firsts.map(({ stream, i }) => html`<a href="#event-${i}">${printable(stream)}</a>`)}</nav>`
}

function sectionOf({ record, mapped }: Preview, id: string, isHashed: boolean): Markup {
  const events = mapped.status === 'send' ? mapped.events : []
  const trimmed = mapped.status === 'send' ? mapped.trimmed : []
  const comparisons = compare({ record: record.data, events, trimmed, isHashed })
  return html`<section id="${id}">
<h2>${printable(record.stream)}</h2>
<div class="beside">
<div><h3>In the export</h3>${json(writeRaw(record.data))}</div>
<div><h3>Sent</h3>${events.map(json)}${mapped.status !== 'send' && html`<p class="finding"><strong>${mapped.status}:</strong> ${printable(reasonOf(mapped))}</p>`}</div>
</div>${
    events.length > 0 &&
    html`
<details open><summary>Fields</summary><ul class="fields">${comparisons.map(fieldOf)}</ul></details>`
  }
</section>
`
}

const json = (text: ByteString): Markup => html`<pre>${readable(text)}</pre>`

const reasonOf = (mapped: Exclude<Preview['mapped'], { readonly status: 'send' }>): string =>
  mapped.status === 'rejected' ? `${mapped.reason} (${mapped.message})` : mapped.reason

const fieldOf = ({ name, marks, places }: Comparison): Markup => html`<li><code>${printable(name)}</code>
${marks.map((mark) => html`<span class="mark ${mark}">${mark === 'same' ? 'as it is' : mark}</span> `)}
${places.length > 0 && html`<span class="soft">→</span> <code>${printable(places.join(', '))}</code>`}</li>
`
