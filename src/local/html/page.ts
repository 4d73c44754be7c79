/** A page that needs nothing else: no request leaves it, and nothing in it can run but its own script. */
import { createHash } from 'node:crypto'
import { html, type Markup, raw } from './markup.ts'
import { BASE_STYLE } from './style.css.ts'

export interface Page {
  readonly title: string
  /** Beside what all pages have in common. */
  readonly style: string
  readonly body: Markup
  /** Default: nothing runs. */
  readonly script?: string
}

export function pageOf({ title, style: ownStyle, body, script }: Page): string {
  const style = BASE_STYLE + ownStyle
  const scripts = script === undefined ? undefined : html`<script>${raw(script)}</script>\n`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policyOf(style, script))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
${scripts}</body>
</html>
`.html
}

function policyOf(style: string, script: string | undefined): string {
  const allowed = [`style-src '${hashOf(style)}'`, ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`])]
  return ["default-src 'none'", ...allowed, "base-uri 'none'", "form-action 'none'"].join('; ')
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
