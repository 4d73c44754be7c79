/** The report as one page that needs nothing else: no request leaves it, and nothing in it can run but its own script. */
import { createHash } from 'node:crypto'
import { bytesText, countText, durationText } from '../../format.ts'
import { GAP_RULE } from '../gaps.ts'
import { printable } from '../printable.ts'
import type { Finding, InspectReport, Totals } from '../report.ts'
import { countingText } from '../text.ts'
import { heatMap } from './heat-map.ts'
import { html, type Markup, raw } from './markup.ts'
import { SCRIPT } from './script.js.ts'
import { STYLE } from './style.css.ts'
import { tablesOf } from './tables.ts'

/** The same report gives the same page. */
export function reportPage(report: InspectReport): string {
  const title = `Braze Currents export at ${printable(report.location)}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
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
<footer><p class="soft">Hours are those of the export’s date= folders, in UTC. ${GAP_RULE}</p></footer>
<script>${raw(SCRIPT)}</script>
</body>
</html>
`.html
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

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
