/** The variables that a step sees, in the order in which they were last set. */
export class Environment {
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

  clone(): Environment {
    return new Environment(this.values);
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
