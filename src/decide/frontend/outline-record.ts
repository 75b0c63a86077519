import type { SourceLocation } from '../../core/errors.ts';

/** One ARG as `--call outline` shows it. */
export interface OutlineArg {
  readonly name: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly location: SourceLocation;
  /** Other ARGs that its default names. */
  readonly uses: ReadonlySet<string>;
}

/** A secret or ssh agent that a RUN mounts. */
export interface OutlineMount {
  readonly required: boolean;
  readonly location: SourceLocation;
}

/** What a stage takes from outside. */
export class StageOutline {
  readonly args = new Map<string, OutlineArg>();
  readonly usedArgs = new Set<string>();
  readonly secrets = new Map<string, OutlineMount>();
  readonly ssh = new Map<string, OutlineMount>();

  clone(): StageOutline {
    const copy = new StageOutline();
    for (const [name, arg] of this.args) copy.args.set(name, arg);
    for (const name of this.usedArgs) copy.usedArgs.add(name);
    for (const [id, mount] of this.secrets) copy.secrets.set(id, mount);
    for (const [id, mount] of this.ssh) copy.ssh.set(id, mount);
    return copy;
  }

  /** The ARGs that are used, and those that their defaults use. */
  reachableArgs(): OutlineArg[] {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const other of this.args.get(name)?.uses ?? []) visit(other);
    };
    for (const name of this.usedArgs) visit(name);
    return [...seen].flatMap((name) => this.args.get(name) ?? []);
  }
}
