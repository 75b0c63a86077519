/** One flag of a command. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** 'csv' is a list whose every value may hold several, separated by commas. */
  readonly kind: 'bool' | 'string' | 'list' | 'csv';
  /** For a value that it cannot have. */
  readonly hint?: string;
}

/** A flag that docker has and that cannot be used here. */
export interface UnsupportedFlag {
  readonly name: string;
  readonly short?: string;
  readonly kind: 'bool' | 'string';
  /** Ends the sentence "Cannot use --name: ". */
  readonly reason: string;
  readonly hint?: string;
  /** Values that ask for what happens anyway. */
  readonly harmless?: (value: string) => boolean;
  /** True where the command goes on without it, with a warning. Default: an error. */
  readonly optional?: boolean;
}

export interface FlagTable {
  /** For hints: `ossb build`. */
  readonly command: string;
  readonly flags: readonly Flag[];
  readonly unsupported?: readonly UnsupportedFlag[];
  /** Flags of other builders, by name without dashes: the hint for each. */
  readonly foreign?: ReadonlyMap<string, string>;
}

/** The flags as given; what was not given is absent. */
export interface ParsedFlags {
  readonly help: boolean;
  /** False where there was an unknown flag: an argument may then be its value. */
  readonly allKnown: boolean;
  /** What is no flag. */
  readonly args: readonly string[];
  /** Flags that were given and have no effect, in sentences. */
  readonly warnings: readonly string[];
  bool(name: string): boolean | undefined;
  /** The last value given. */
  string(name: string): string | undefined;
  list(name: string): readonly string[];
}
