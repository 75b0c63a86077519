import type { Heredoc } from './ast.ts';
import { splitShellWords } from './expand.ts';

/** What `<<EOF` says; the body comes from the lines below. */
export type HeredocWord = Pick<Heredoc, 'name' | 'expand' | 'chomp' | 'fileDescriptor'>;

/** All here-documents that a line opens, in order. Quoted text opens none. Errors: BAD_EXPANSION. */
export function parseHeredocs(line: string): HeredocWord[] {
  if (!line.includes('<<')) return [];
  const found: HeredocWord[] = [];
  for (const word of wordsOf(line)) {
    const heredoc = parseHeredocWord(word);
    if (heredoc !== undefined) found.push(heredoc);
  }
  return found;
}

/** The here-document that a whole text is, as in `RUN <<EOF`; undefined where it is anything else. Errors: BAD_EXPANSION. */
export function parseHeredocWord(text: string): HeredocWord | undefined {
  const match = /^(\d*)<<(-?)\s*([^<]*)$/.exec(text);
  if (match === null || match[3] === '') return undefined;
  const rest = match[3]!;
  const words = splitShellWords(rest, { rawQuotes: false, rawEscapes: false });
  if (words.length !== 1) return undefined;
  const quoted = splitShellWords(rest, { rawQuotes: true, rawEscapes: false });
  return { name: words[0]!, expand: countQuotes(words[0]!) === countQuotes(quoted[0] ?? ''), chomp: match[2] === '-', fileDescriptor: Number(match[1]) };
}

/** The tabs at the start of each line, which `<<-` drops. */
export function stripTabs(body: string): string {
  return body.replaceAll(/^\t+/gm, '');
}

/** A line that cannot be cut into words opens no here-document: its shell is to judge it. */
function wordsOf(line: string): string[] {
  try {
    return splitShellWords(line, { rawQuotes: true, rawEscapes: true });
  } catch {
    return [];
  }
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length - 1;
}
