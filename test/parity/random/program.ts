import type { Case } from '../case.ts';
import type { FixtureEntry } from '../../harness/fixture.ts';

/** A Dockerfile in parts that can be taken out, with its context. */
export interface Program {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly context: Readonly<Record<string, FixtureEntry>>;
}

export interface Stage {
  /** An image, or `stage N`. */
  readonly from: string;
  /** Instructions, heredocs with their text. `@N` stands for the name of stage N. */
  readonly instructions: readonly string[];
}

export function formatProgram({ stages }: Program): string {
  const lines = stages.flatMap(({ from, instructions }, i) => [`FROM ${from} AS s${i}`, ...instructions]);
  return `${lines.join('\n').replaceAll(/@(\d+)/g, 's$1')}\n`;
}

/** BuildKit decides whether it builds. */
export function programCase(program: Program): Case {
  return {
    name: program.name,
    dockerfile: { text: formatProgram(program) },
    context: program.context,
    flags: ['--secret', 'id=s,src=$CONTEXT/secret'],
    rejects: 'either',
    compares: 'images',
    runtimeMatters: false,
  };
}
