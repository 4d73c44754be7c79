/** What Segment's and RudderStack's HTTP APIs have in common. */

/** The address of an API, given the server's URL, or that of any of its APIs. */
export function apiUrl(base: string, api: 'batch' | 'webhook'): string {
  const { origin, pathname } = new URL(base)
  return `${origin}${pathname.replace(/\/+$/, '').replace(/\/v1(\/[a-z]+)?$/, '')}/v1/${api}`
}

/** The key is the user, the password is empty. */
export const basicAuth = (writeKey: string): string => `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
