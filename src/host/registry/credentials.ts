/** What proves who we are to a registry. */
export type Credentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** Exchanged for access tokens at the token server (docker's `identitytoken`). */
  | { readonly kind: 'identity'; readonly token: string }
  /** Sent as it is (docker's `registrytoken`). */
  | { readonly kind: 'bearer'; readonly token: string };

/** Where credentials may be found. Sources are asked in turn, and only when a registry wants credentials. */
export interface CredentialSource {
  /** For messages: where it looks, for instance `~/.docker/config.json`. */
  readonly name: string;
  /** Undefined where there are none for the host. `repository` is the path in the registry. */
  find(host: string, repository: string, signal: AbortSignal): Promise<Credentials | undefined>;
}
