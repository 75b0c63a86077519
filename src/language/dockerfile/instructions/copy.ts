import type { CopyInstruction, Heredoc } from '../ast.ts';
import type { Draft } from '../draft.ts';
import { fault } from '../error.ts';
import { type FlagKind, parseFlags } from '../flags.ts';
import { parseHeredocWord } from '../heredoc.ts';

const common: Record<string, FlagKind> = { chown: 'string', chmod: 'string', link: 'bool', exclude: 'list' };
const flagsOf: Record<'copy' | 'add', Record<string, FlagKind>> = {
  copy: { from: 'string', ...common, parents: 'bool' },
  add: { ...common, checksum: 'string', 'keep-git-dir': 'bool', unpack: 'bool' },
};

/** COPY and ADD. Errors: BAD_ARGUMENTS, BAD_HEREDOC, and those of flags. */
export function parseCopy(kind: 'copy' | 'add', draft: Draft): CopyInstruction {
  const name = kind.toUpperCase();
  const { args, base } = draft;
  const destination = args.at(-1);
  if (destination === undefined || args.length < 2) {
    throw fault('BAD_ARGUMENTS', `${name} requires at least two arguments, but only one was provided. Destination could not be determined`, {
      hint: `Write ${name} SOURCE... DESTINATION.`,
    });
  }
  const flags = parseFlags(draft.flags, flagsOf[kind]);
  if (heredocWord(destination) !== undefined) {
    throw fault('BAD_HEREDOC', `${name} cannot accept a heredoc as a destination`, { hint: 'Name the file that the text goes to after the heredoc.' });
  }
  const { sources, heredocs } = splitSources(args.slice(0, -1), draft.heredocs);
  const texts = { from: flags.text('from'), chown: flags.text('chown'), chmod: flags.text('chmod'), checksum: flags.text('checksum') };
  const switches = { link: flags.bool('link'), parents: flags.bool('parents'), keepGitDir: flags.bool('keep-git-dir'), unpack: flags.bool('unpack') };
  return { kind, ...base, sources, heredocs, destination, exclude: flags.list('exclude'), ...present(texts), ...present(switches) };
}

/** Two here-documents of one name both have the last one's body, as docker build does it. */
function splitSources(args: readonly string[], bodies: readonly Heredoc[]): { sources: string[]; heredocs: Heredoc[] } {
  const sources: string[] = [];
  const heredocs: Heredoc[] = [];
  for (const arg of args) {
    const word = heredocWord(arg);
    const body = word && bodies.findLast(({ name }) => name === word.name);
    if (word === undefined) sources.push(arg);
    else heredocs.push({ content: '', raw: '', ...body, ...word });
  }
  return { sources, heredocs };
}

function heredocWord(text: string): ReturnType<typeof parseHeredocWord> {
  if (!text.includes('<<')) return undefined;
  try {
    return parseHeredocWord(text);
  } catch {
    return undefined;
  }
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
