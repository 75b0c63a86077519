import type { IncomingHttpHeaders } from 'node:http';

/** Where an answer leads: to another URL, nowhere that may be followed (`found` completes "HOST ..."), or, undefined, no further. */
export type Redirect = { readonly kind: 'to'; readonly url: URL } | { readonly kind: 'refused'; readonly found: string } | undefined;

/** Reads the redirect of an answer. Only http and https are followed: a server must not open files of this machine by one. */
export function redirectOf(answer: { readonly status: number; readonly headers: IncomingHttpHeaders }, method: string, from: URL): Redirect {
  if (!isRedirect(answer.status, method) || answer.headers.location === undefined) return undefined;
  // Other bytes than these are UTF-8 that Node reads as latin1.
  const location = Buffer.from(answer.headers.location, 'latin1').toString('utf8').trim();
  if (location === '' || !URL.canParse(location, from)) return { kind: 'refused', found: 'redirects to nowhere' };
  const url = new URL(location, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'refused', found: `redirects to a URL of the scheme ${url.protocol.slice(0, -1)}` };
  return { kind: 'to', url };
}

/** The headers that are sent to `url`, of those that were given for `own`: credentials go to the scheme, host and port of `own` alone, whatever redirects led to `url`. */
export function headersFor(url: URL, own: URL, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (url.origin === own.origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !credentialHeaders.has(name.toLowerCase())));
}

const credentialHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization', 'www-authenticate']);

function isRedirect(status: number, method: string): boolean {
  if (status === 307 || status === 308) return true;
  return (method === 'GET' || method === 'HEAD') && (status === 301 || status === 302 || status === 303);
}
