/** Variables by name, in the order in which they were last set. */
export class Variables {
  private readonly values: Map<string, string>;

  constructor(values: Iterable<readonly [string, string]> = []) {
    this.values = new Map(values);
  }

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  /** A variable that is there already moves to the end. */
  set(name: string, value: string): void {
    this.values.delete(name);
    this.values.set(name, value);
  }

  delete(name: string): void {
    this.values.delete(name);
  }

  clone(): Variables {
    return new Variables(this.values);
  }

  /** A copy in which these come last, with these values. */
  withLast(last: ReadonlyMap<string, string>): Variables {
    const copy = new Variables();
    for (const [name, value] of this.values) if (!last.has(name)) copy.values.set(name, value);
    for (const [name, value] of last) copy.values.set(name, value);
    return copy;
  }

  names(): Iterable<string> {
    return this.values.keys();
  }

  /** `NAME=value` in order. */
  list(): string[] {
    return [...this.values].map(([name, value]) => `${name}=${value}`);
  }
}

/** `NAME=value` apart; a value that is missing is empty. */
export function splitVariable(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** PATH of an image that sets none. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The variables of an image's config, with a PATH. */
export function imageVariables(env: readonly string[]): readonly string[] {
  return env.some((entry) => splitVariable(entry)[0] === 'PATH') ? env : [...env, `PATH=${defaultPath}`];
}

/** ARGs that are for the builder and are no variables of the steps. */
export const builderArgs: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);
