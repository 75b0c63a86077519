import type { Dockerfile } from '../ast.ts';
import type { DockerfileTrace, LineRange } from '../evaluate/trace.ts';

/** What rules read. None of them expands anything itself. */
export interface RuleInput {
  readonly dockerfile: Dockerfile;
  readonly trace: DockerfileTrace;
  /** Of the context's ignore file. */
  readonly ignorePatterns: readonly string[];
}

/** One check. What it finds is reported in the words of docker build. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly url: string;
  /** Runs only where `# check=experimental=` asks for it. Default false. */
  readonly experimental?: boolean;
  find(input: RuleInput): Iterable<RuleFinding>;
}

export interface RuleFinding {
  readonly message: string;
  /** The instruction at fault, in the tree or in the trace; its comments can skip the rule. */
  readonly at: { readonly range: LineRange };
}

/** Go's `%q`. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
