import type { Comment, Flag, Heredoc, Range } from './ast.ts';
import type { InstructionKind } from './arguments.ts';

/** What is known of an instruction before its own parser looks at it. */
export interface Draft {
  readonly kind: InstructionKind;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly json: boolean;
  readonly rest: string;
  readonly heredocs: readonly Heredoc[];
  readonly escape: '\\' | '`';
  readonly base: DraftBase;
  /** Where the flags of a trigger in `rest` stand. */
  readonly triggerFlags: readonly Flag[];
}

/** The fields that every instruction has. */
export interface DraftBase {
  readonly keyword: string;
  readonly flags: readonly Flag[];
  readonly range: Range;
  readonly original: string;
  readonly source: string;
  readonly comments: readonly Comment[];
  readonly commentsWithin: readonly Comment[];
  readonly checkSkip: readonly string[];
}

/** The doc comment `# <name> text` among the comments above. */
export function describedAs(name: string | undefined, comments: readonly Comment[]): { readonly description?: string } {
  if (name === undefined || name === '') return {};
  const comment = comments.find(({ text }) => text.startsWith(`${name} `));
  return comment === undefined ? {} : { description: comment.text.slice(name.length + 1) };
}
