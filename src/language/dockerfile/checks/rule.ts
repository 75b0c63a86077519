import type { Instruction, Range } from '../ast.ts';
import type { Scope } from './scope.ts';

/** One check. What it finds is told in the words of docker build. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly url: string;
  /** Runs only where `# check=experimental=` asks for it. Default false. */
  readonly experimental?: boolean;
  find(scope: Scope): Iterable<RuleFinding>;
}

export interface RuleFinding {
  readonly message: string;
  /** The instruction at fault; its comments can skip the rule. */
  readonly at: Instruction | { readonly range: Range };
}

/** Go's `%q`. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
