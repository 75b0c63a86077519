import { parseChallenges, type Challenge } from './challenge.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { RegistryError } from './error.ts';
import { fetchToken, type AccessToken } from './token.ts';
import { basicHeader, type HttpRequest, type HttpResponse } from '../http/index.ts';

/** What a request does, as distribution's scopes say it: `push` includes pulling. */
export interface Scope {
  readonly repository: string;
  readonly action: 'pull' | 'push';
  /** A further repository to pull from, for mounting a blob. */
  readonly alsoPull?: string;
}

/** An Authorization header, and whose credentials are behind it. */
export interface Grant {
  readonly header: string;
  readonly candidate: number;
  /** Absent where nobody's are. */
  readonly source: string | undefined;
  readonly expiresAtMs: number;
}

export interface AuthorizerOptions {
  readonly host: string;
  readonly sources: readonly CredentialSource[];
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  /** Whether the registry is spoken to without protection. */
  readonly insecure: () => boolean;
}

/** Authorization at one registry host: finds out what it wants, tries the credential sources in turn, and reuses tokens. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #grants = new Map<string, Promise<Grant | undefined>>();
  readonly #candidates = new Map<string, Promise<Candidates>>();
  /** By scope, whose credentials were good but not for this. */
  readonly #insufficient = new Map<string, string>();
  readonly #accepted = new WeakSet<Grant>();
  /** What the host last asked for, without the scope of that one request. */
  #challenge: Challenge | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** The grant to send with a first attempt; undefined where the host has asked for none yet. */
  async grant(scope: Scope, doing: string, signal: AbortSignal): Promise<Grant | undefined> {
    if (this.#challenge === undefined) return undefined;
    const pushKey = keyOf({ ...scope, action: 'push' });
    const key = this.#grants.has(pushKey) ? pushKey : keyOf(scope);
    const known = await this.#grants.get(key)?.catch(() => undefined);
    if (known && known.expiresAtMs > Date.now()) return known;
    return this.#obtain(key, scope, this.#challenge, known?.candidate ?? 0, doing, signal);
  }

  /** Tells that the host took the grant: a later refusal means that it has run out. */
  accepted(grant: Grant): void {
    this.#accepted.add(grant);
  }

  /** What to try after the host answered 401 with this header; undefined where nothing is left. `refused` is the grant that was sent. */
  async renew(scope: Scope, header: string | undefined, refused: Grant | undefined, doing: string, signal: AbortSignal): Promise<Grant | undefined> {
    const challenges = parseChallenges(header ?? '');
    const challenge = challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find(({ scheme }) => scheme === 'basic');
    if (challenge === undefined) return undefined;
    const { scope: _named, error: _error, ...lasting } = challenge.parameters;
    this.#challenge = { scheme: challenge.scheme, parameters: lasting };
    const key = keyOf(scope);
    const current = await this.#grants.get(key)?.catch(() => undefined);
    // Another request went through this already.
    if (current && current !== refused) return current;
    if (refused?.source !== undefined && challenge.parameters['error'] === 'insufficient_scope') this.#insufficient.set(key, refused.source);
    const first = refused === undefined ? 0 : this.#accepted.has(refused) ? refused.candidate : refused.candidate + 1;
    return this.#obtain(key, scope, challenge, first, doing, signal);
  }

  /** The error for a request that was refused with everything there was to try. */
  async unauthorized(scope: Scope, doing: string, signal: AbortSignal): Promise<RegistryError> {
    const { host, sources } = this.#options;
    const { candidates, failures } = await this.#candidatesOf(scope.repository, signal);
    const tried = candidates.map(({ source }) => source);
    const looked = sources.map(({ name }) => name).join(', ');
    const insufficient = this.#insufficient.get(keyOf(scope));
    if (insufficient !== undefined) {
      return new RegistryError('DENIED', `Cannot ${doing}: ${host} does not allow it with the credentials from ${insufficient}`, {
        family: 'authentication',
        hint: `Check that the repository exists and that the account may ${scope.action} there.`,
        status: 401,
      });
    }
    const found =
      tried.length > 0
        ? `${host} refused the credentials from ${tried.join(', ')}`
        : `${host} wants credentials, and there are none for it${looked === '' ? '' : ` in ${looked}`}`;
    const login = host === 'registry-1.docker.io' ? 'docker login' : `docker login ${host}`;
    return new RegistryError('UNAUTHORIZED', `Cannot ${doing}: ${found}`, {
      family: 'authentication',
      hint: [...failures.map(({ message }) => `${message}.`), `Log in with \`${login}\`; a repository that does not exist may look the same.`].join(' '),
      status: 401,
      cause: failures[0],
    });
  }

  #obtain(key: string, scope: Scope, challenge: Challenge, first: number, doing: string, signal: AbortSignal): Promise<Grant | undefined> {
    const pending = this.#tryFrom(scope, challenge, first, doing, signal);
    this.#grants.set(key, pending);
    pending.catch(() => this.#grants.get(key) === pending && this.#grants.delete(key));
    return pending;
  }

  async #tryFrom(scope: Scope, challenge: Challenge, first: number, doing: string, signal: AbortSignal): Promise<Grant | undefined> {
    const { candidates } = await this.#candidatesOf(scope.repository, signal);
    for (let candidate = first; candidate < candidates.length; candidate++) {
      const grant = await this.#tryOne(scope, challenge, candidates[candidate], candidate, doing, signal);
      if (grant) return grant;
    }
    // Last, nobody: public repositories stay readable with credentials that have gone bad.
    return first <= candidates.length && challenge.scheme === 'bearer'
      ? this.#tryOne(scope, challenge, undefined, candidates.length, doing, signal)
      : undefined;
  }

  async #tryOne(
    scope: Scope,
    challenge: Challenge,
    tried: Candidate | undefined,
    candidate: number,
    doing: string,
    signal: AbortSignal,
  ): Promise<Grant | undefined> {
    const { credentials, source } = tried ?? {};
    if (credentials?.kind === 'bearer') return { header: `Bearer ${credentials.token}`, candidate, source, expiresAtMs: Infinity };
    if (challenge.scheme === 'basic') {
      return credentials?.kind === 'basic' ? { header: basicHeader(credentials), candidate, source, expiresAtMs: Infinity } : undefined;
    }
    const { host, send, insecure } = this.#options;
    const scopes = scopesOf(scope, challenge);
    const token: AccessToken | undefined = await fetchToken({ challenge, scopes, credentials, host, insecure: insecure(), doing, signal }, send);
    return token && { header: `Bearer ${token.token}`, candidate, source, expiresAtMs: token.expiresAtMs };
  }

  #candidatesOf(repository: string, signal: AbortSignal): Promise<Candidates> {
    let found = this.#candidates.get(repository);
    if (!found) {
      found = this.#find(repository, signal);
      this.#candidates.set(repository, found);
      found.catch(() => this.#candidates.delete(repository));
    }
    return found;
  }

  async #find(repository: string, signal: AbortSignal): Promise<Candidates> {
    const candidates: Candidate[] = [];
    const failures: RegistryError[] = [];
    for (const source of this.#options.sources) {
      try {
        const credentials = await source.find(this.#options.host, repository, signal);
        if (credentials) candidates.push({ source: source.name, credentials });
      } catch (error) {
        signal.throwIfAborted();
        // A helper that is not installed must not keep anybody from public images; it is reported where it matters.
        if (!(error instanceof RegistryError)) throw error;
        failures.push(error);
      }
    }
    return { candidates, failures };
  }
}

interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Of sources that could not be asked. */
  readonly failures: readonly RegistryError[];
}

interface Candidate {
  readonly source: string;
  readonly credentials: Credentials;
}

function keyOf({ repository, action, alsoPull }: Scope): string {
  return `${repository} ${action} ${alsoPull ?? ''}`;
}

/** Ours, and what the host names besides: it may know the repository by another name. */
function scopesOf({ repository, action, alsoPull }: Scope, challenge: Challenge): string[] {
  const scopes = new Set([`repository:${repository}:${action === 'push' ? 'pull,push' : 'pull'}`]);
  if (alsoPull !== undefined) scopes.add(`repository:${alsoPull}:pull`);
  const named = challenge.parameters['scope'] ?? '';
  for (const scope of named.split(' ')) {
    const [type, name, actions = ''] = scope.split(':');
    const covered = type === 'repository' && (name === repository || name === alsoPull) && actions.split(',').every((a) => a === 'pull' || a === action);
    if (scope !== '' && !covered) scopes.add(scope);
  }
  return [...scopes];
}
