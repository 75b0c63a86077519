/// <reference types="node" preserve="true" />
/** What the outside gives to a build. Everything defaults to this process's own. */
export interface Environment {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the request count from here. */
  readonly cwd?: string;
  /** Standard input, for `-f -` and a context of `-`. Default: this process's. */
  readonly stdin?: () => AsyncIterable<Uint8Array>;
  /** Takes outputs with `dest=-`. Default: this process's standard output. */
  readonly stdout?: NodeJS.WritableStream;
}
