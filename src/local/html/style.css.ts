/** What pages have in common: colours in light and dark, type. */
export const BASE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b2330; --soft: #556073; --line: #dce1e9; --link: #2c55b8;
  --warn: #8a3b00; --warn-back: #fff1e2; --note-back: #eaf0fb; --alarm: #b3261e;
  --h0: #eef1f5; --h1: #cfdefa; --h2: #a3c0f4; --h3: #6f99e8; --h4: #3f71d3; --h5: #234fa8; --h6: #12316f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10141b; --card: #181e28; --text: #e7ebf2; --soft: #a3aec0; --line: #2e3848; --link: #8fb4ff;
    --warn: #ffc48a; --warn-back: #3a2614; --note-back: #1b2740; --alarm: #ff8a80;
    --h0: #222a36; --h1: #1f3a68; --h2: #28519a; --h3: #356dcb; --h4: #5b93ec; --h5: #95bcfb; --h6: #d3e4ff;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 1.25rem clamp(.75rem, 3vw, 2.5rem) 3rem; max-width: 110rem;
  background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.35rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .6rem }
p { margin: .3rem 0 } footer { margin-top: 2rem } .soft { color: var(--soft) } .keys, code { font-family: ui-monospace, monospace; font-size: .85em; overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--soft); font-size: .9rem }
`
