import type { CmdInstruction, Command } from '../ast.ts';
import type { Draft } from '../draft.ts';
import { parseFlags } from '../flags.ts';

/** CMD and ENTRYPOINT. Errors: those of flags. */
export function parseCmd(kind: 'cmd' | 'entrypoint', draft: Draft): CmdInstruction {
  parseFlags(draft.flags, {});
  return { kind, ...draft.base, command: commandOf(draft) };
}

export function commandOf({ args, json, heredocs }: Pick<Draft, 'args' | 'json' | 'heredocs'>): Command {
  return json ? { form: 'exec', args } : { form: 'shell', text: args[0] ?? '', heredocs };
}
