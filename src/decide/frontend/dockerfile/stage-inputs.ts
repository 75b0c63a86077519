import type { DockerfileTrace, Range, StageTrace } from '../../../language/dockerfile/index.ts';

/** One ARG as `--call outline` shows it. */
export interface InputArg {
  readonly name: string;
  readonly value?: string | undefined;
  readonly description?: string | undefined;
  readonly range: Range;
  /** Other ARGs that its default names. */
  readonly uses: readonly string[];
}

/** A secret or ssh agent that a RUN mounts. */
export interface InputMount {
  readonly required: boolean;
  readonly range: Range;
}

/** What one stage takes from outside, as its trace says. */
export class StageInputs {
  private readonly trace: DockerfileTrace;
  private readonly stage: StageTrace;

  constructor(trace: DockerfileTrace, stage: StageTrace) {
    this.trace = trace;
    this.stage = stage;
  }

  /** The ARGs that are used, and those that their defaults use. */
  args(): InputArg[] {
    const known = new Map<string, InputArg>(this.trace.globalArgs.map((arg) => [arg.name, arg]));
    const used = this.namesOfFrom();
    for (const { values, range } of this.carriedOut()) {
      if (values.kind !== 'arg') continue;
      for (const { isInherited, ...arg } of values.args) {
        if (!isInherited) known.set(arg.name, { ...arg, range, uses: [] });
        used.add(arg.name);
      }
    }
    // grows while it is gone through
    for (const name of used) for (const other of known.get(name)?.uses ?? []) used.add(other);
    return [...used].flatMap((name) => known.get(name) ?? []);
  }

  /** With their ids; of each the first. */
  mounts(type: 'secret' | 'ssh'): [string, InputMount][] {
    const found = new Map<string, InputMount>();
    for (const { values, range } of this.carriedOut()) {
      if (values.kind !== 'run') continue;
      for (const mount of values.mounts) {
        if (mount.type === type && !found.has(mount.id)) found.set(mount.id, { required: mount.required, range });
      }
    }
    return [...found];
  }

  private carriedOut(): StageTrace['instructions'] {
    return this.stage.replacedBy === undefined ? this.stage.instructions : [];
  }

  /** What the FROM of the stage names, and those of the stages that it begins with. */
  private namesOfFrom(): Set<string> {
    const names = new Set<string>();
    for (let stage: StageTrace | undefined = this.stage; stage !== undefined && stage.replacedBy === undefined; stage = this.baseOf(stage)) {
      for (const word of [stage.from.image, stage.from.platform]) for (const name of word?.matched ?? []) names.add(name);
    }
    return names;
  }

  private baseOf({ base }: StageTrace): StageTrace | undefined {
    return base.stage === undefined ? undefined : this.trace.stages[base.stage];
  }
}
