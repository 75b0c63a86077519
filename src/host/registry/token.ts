import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { RegistryError } from './error.ts';
import { readText, statusError } from './status-error.ts';
import { basicHeader, type HttpRequest, type HttpResponse } from '../http/index.ts';

export interface AccessToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

export interface TokenRequest {
  readonly challenge: Challenge;
  /** Distribution's scopes, `repository:NAME:pull,push`. */
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  /** The registry that wants the token. */
  readonly host: string;
  /** Whether that registry is spoken to without protection, so that its token server may be too. */
  readonly insecure: boolean;
  readonly doing: string;
  readonly signal: AbortSignal;
}

/**
 * Asks the token server that a registry named (distribution's token and oauth2 specs). Undefined where it refuses the credentials.
 * Errors: REGISTRY_PROTOCOL, and those of the connection.
 */
export async function fetchToken(request: TokenRequest, send: (request: HttpRequest) => Promise<HttpResponse>): Promise<AccessToken | undefined> {
  const url = realmOf(request);
  const { service } = request.challenge.parameters;
  const response = await send(
    request.credentials?.kind === 'identity' ? oauthRequest(url, service, request, request.credentials.token) : tokenRequest(url, service, request),
  );
  if (response.status === 400 || response.status === 401 || response.status === 403) {
    await readText(response);
    return undefined;
  }
  if (response.status !== 200) throw await statusError(response, request.doing, url.host, 'MANIFEST_UNKNOWN');
  return parseToken(await readText(response), url, request);
}

/** What the spec says where the server does not. */
const defaultLifetimeSeconds = 60;

/** Tokens are given up so long before their end. */
const marginMs = 5_000;

function tokenRequest(url: URL, service: string | undefined, { scopes, credentials, signal }: TokenRequest): HttpRequest {
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind !== 'basic') return { method: 'GET', url, signal };
  url.searchParams.set('account', credentials.username);
  return { method: 'GET', url, headers: { authorization: basicHeader(credentials) }, signal };
}

function oauthRequest(url: URL, service: string | undefined, { scopes, signal }: TokenRequest, refreshToken: string): HttpRequest {
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'ossb', scope: scopes.join(' ') });
  if (service !== undefined) form.set('service', service);
  return { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(form.toString()), signal };
}

/** Neither credentials nor a token may go over an open line because a registry says so. */
function realmOf({ challenge, insecure, host, doing }: TokenRequest): URL {
  const realm = challenge.parameters['realm'] ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const fail = (found: string): RegistryError =>
    new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: ${host} names ${found} as its token server`, {
      family: 'registry',
      hint: `Check how ${host} is set up.`,
    });
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw fail(`${JSON.stringify(realm)}, which is not a URL,`);
  if (url.protocol === 'http:' && !insecure) throw fail(`${url.origin}, without encryption,`);
  return url;
}

function parseToken(text: string, url: URL, { doing }: TokenRequest): AccessToken {
  let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } = {};
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    // Reported below; the text itself may be a secret.
  }
  const token = answer.token || answer.access_token;
  if (typeof token !== 'string') {
    throw new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: the token server ${url.host} gave no token`, {
      family: 'registry',
      hint: 'Try again later.',
    });
  }
  const seconds = typeof answer.expires_in === 'number' && answer.expires_in > 0 ? answer.expires_in : defaultLifetimeSeconds;
  return { token, expiresAtMs: Date.now() + seconds * 1000 - marginMs };
}
