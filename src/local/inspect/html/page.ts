/** The report as one page. */
import { countText } from '../../../cdk/counts.ts'
import { bytesText, durationText } from '../../format.ts'
import { html, type Markup } from '../../html/markup.ts'
import { pageOf } from '../../html/page.ts'
import { GAP_RULE } from '../gaps.ts'
import { printable } from '../printable.ts'
import type { Finding, InspectReport, Totals } from '../report.ts'
import { countingText } from '../text.ts'
import { heatMap } from './heat-map.ts'
import { SCRIPT } from './script.js.ts'
import { STYLE } from './style.css.ts'
import { tablesOf } from './tables.ts'

/** The same report gives the same page. */
export function reportPage(report: InspectReport): string {
  const title = `Braze Currents export at ${printable(report.location)}`
  return pageOf({ title, style: STYLE, body: bodyOf(report), script: SCRIPT })
}

const bodyOf = (report: InspectReport): Markup => html`<header>
<h1>Braze Currents export</h1>
<p class="keys">${printable(report.location)}</p>
<p class="soft">Inspected ${report.inspectedAt.slice(0, 16).replace('T', ' ')} UTC${limitsText(report)}. ${countingText(report).join(' ')}</p>
</header>
<main>
${factList(report.totals)}
${report.findings.length > 0 && html`<h2>Findings</h2>`}
${report.findings.map(findingOf)}
${heatMap(report)}
${tablesOf(report)}
</main>
<footer><p class="soft">Hours are those of the export’s date= folders, in UTC. ${GAP_RULE}</p></footer>`

function limitsText({ limits: { streams, startDate, endDate } }: InspectReport): string {
  const limits = [streams && `streams ${streams}`, startDate && `from ${startDate}`, endDate && `before ${endDate}`]
  return limits.some(Boolean) ? `, limited to ${limits.filter(Boolean).join(', ')}` : ''
}

function factList({ types, files, bytes, events, isEstimated, newestHour, ageMs }: Totals): Markup {
  const facts = [
    ['Event types', countText(types)],
    ['Files', countText(files)],
    ['Size', bytesText(bytes)],
    [isEstimated ? 'Events (about)' : 'Events', countText(events)],
    ['Newest hour', newestHour ?? 'none'],
    ['Ended', ageMs === undefined ? '' : ageMs < 0 ? 'not yet' : `${durationText(ageMs)} ago`],
  ] as const
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

const findingOf = ({ level, message, examples }: Finding): Markup => html`<div class="finding ${level}">
<p><strong>${level === 'warning' ? 'Warning.' : 'Note.'}</strong> ${printable(message)}</p>${examples.length > 0 && html`<details${level === 'warning' && html` open`}><summary>${examples.length === 1 ? 'Which' : 'For example'}</summary><ul class="keys">${examples.map((example) => html`<li>${printable(example)}</li>`)}</ul></details>`}
</div>`
