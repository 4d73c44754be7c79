/** The look of the report. */
export const STYLE = `
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0 0 }
.facts div, .scroll, .finding { background: var(--card); border: 1px solid var(--line); border-radius: .5rem }
.facts div { padding: .6rem .8rem } .facts dt { color: var(--soft); font-size: .85rem }
.facts dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums }
.finding { padding: .6rem .9rem; margin: .5rem 0; background: var(--note-back) }
.finding.warning { background: var(--warn-back); border-left: 4px solid var(--warn) } .finding.warning strong { color: var(--warn) }
.finding ul { margin: .3rem 0 0; padding-left: 1.1rem }
.scroll { overflow: auto; max-height: 80vh } .scroll:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
table { font-size: .9rem; border-collapse: separate; border-spacing: 0; width: 100%; font-variant-numeric: tabular-nums }
caption { text-align: left; padding: .5rem .75rem; color: var(--soft) }
th, td { text-align: right; padding: .3rem .6rem; white-space: nowrap; border-bottom: 1px solid var(--line) }
tbody tr:last-child > * { border-bottom: 0 }
thead th { position: sticky; top: 0; z-index: 2; background: var(--card); font-weight: 600 }
.left { text-align: left } .wrap { white-space: normal; overflow-wrap: anywhere; min-width: 10rem } tbody th { font-weight: 500; text-align: left }
th button { all: unset; cursor: pointer; box-sizing: border-box } th button::after { content: ' \\2195'; color: var(--soft) }
[aria-sort=ascending] button::after { content: ' \\2191' } [aria-sort=descending] button::after { content: ' \\2193' }
.alarm { color: var(--alarm); font-weight: 600 }
.heat { width: auto } .heat th, .heat td { padding: 0; border: 0; line-height: 1 }
.heat td { width: 14px; min-width: 14px; height: 18px; overflow: hidden; border: 1px solid var(--card); background: var(--h0); font-size: 0 }
.heat thead th { font-size: .72rem; font-weight: 400; color: var(--soft); height: 1.3rem; text-align: left; overflow: visible; max-width: 14px }
.heat thead tr + tr th { top: 1.3rem } .heat thead th[colspan] { max-width: none; padding-left: 2px; border-left: 1px solid var(--line) }
.heat .name { position: sticky; left: 0; z-index: 1; background: var(--card); padding: 0 .6rem 0 .75rem; font-size: .82rem; max-width: 24rem; overflow: hidden; text-overflow: ellipsis }
.heat thead .name { z-index: 3 } .heat tr:hover .name { color: var(--link) }
.heat .on { outline: 2px solid var(--text); outline-offset: -2px }
.q1 { background: var(--h1) !important } .q2 { background: var(--h2) !important } .q3 { background: var(--h3) !important }
.q4 { background: var(--h4) !important } .q5 { background: var(--h5) !important } .q6 { background: var(--h6) !important }
.gap { background: repeating-linear-gradient(135deg, var(--alarm) 0 2px, transparent 2px 5px) !important }
.key { display: flex; flex-wrap: wrap; gap: .3rem .9rem; align-items: center; margin: .4rem 0; color: var(--soft); font-size: .85rem }
.key span::before { content: ''; display: inline-block; width: .9em; height: .9em; margin-right: .35em; vertical-align: -.1em; background: inherit; border: 1px solid var(--line) }
.key .swatch { display: inline-flex; align-items: center; background: none !important } .key .swatch i { width: .95em; height: .95em; margin-right: .35em; border: 1px solid var(--line) } .key .swatch::before { display: none }
#cell { min-height: 1.5em }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 40rem) {
  .heat .name { max-width: 42vw; direction: rtl; text-align: right } th, td { padding: .3rem .5rem } .facts { grid-template-columns: 1fr 1fr } .facts dd { font-size: 1rem }
  .sortable tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 42vw; max-width: 42vw }
}
@media print { .scroll { overflow: visible; max-height: none } }
`
