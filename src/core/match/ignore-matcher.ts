import { cleanGoPath, trim } from '../go/index.ts';
import { badPattern } from './error.ts';
import { type PatternToken, compileTokens, parsePattern } from './path-pattern.ts';

/** Which paths of a tree are left out. Paths are relative, with `/`, without a slash at either end. */
export interface IgnoreMatcher {
  /** The last pattern that matches the path or a folder above it decides. */
  ignored(path: string): boolean;
  /** True where a folder is ignored and no later pattern can bring back anything below it, so that it need not be read. */
  canSkipFolder(path: string): boolean;
  /** Whether a pattern without `!` matches the path itself, whatever is said of the folders above it. */
  matches(path: string): boolean;
}

/** For ignore files and for `--exclude`. A walk in order is fastest: what was found for a folder serves for what is in it. Errors: BAD_PATTERN. */
export function ignoreMatcher(patterns: readonly string[]): IgnoreMatcher {
  const rules = patterns.map(parseRule).filter((rule) => rule !== undefined);
  const exceptions = rules.filter((rule) => rule.exception).map(({ text }) => withoutTrailingGlob(text));
  // with wildcards in an exception nobody knows where it strikes
  const simpleExceptions = exceptions.every((text) => !/[*[\]?^\\]/.test(text));
  const folders = new FolderMemory(rules);
  return {
    matches: (path) => rules.some((rule) => !rule.exception && rule.matches(path)),
    ignored: (path) => rules.length > 0 && folders.judge(path).ignored,
    canSkipFolder: (path) =>
      rules.length > 0 && simpleExceptions && folders.judge(path).ignored && !exceptions.some((text) => `${text}/`.startsWith(`${path}/`)),
  };
}

interface IgnoreRule {
  /** Cleaned, without `!`. */
  readonly text: string;
  readonly exception: boolean;
  readonly matches: (path: string) => boolean;
}

/** What a path came to: the verdict, and which rules matched it or a folder above. */
interface Judgement {
  readonly ignored: boolean;
  readonly matched: Uint8Array;
}

/** Judges paths from the top folder down, and remembers the folders on the way to the path asked last. */
class FolderMemory {
  private readonly rules: readonly IgnoreRule[];
  private readonly known: { path: string; judgement: Judgement }[] = [];

  constructor(rules: readonly IgnoreRule[]) {
    this.rules = rules;
  }

  judge(path: string): Judgement {
    while (this.known.length > 0) {
      const last = this.known.at(-1)!;
      if (last.path === path) return last.judgement;
      if (path.startsWith(`${last.path}/`)) break;
      this.known.pop();
    }
    let parent = this.known.at(-1);
    for (let end = path.indexOf('/', (parent?.path.length ?? -1) + 1); ; end = path.indexOf('/', end + 1)) {
      const current = end < 0 ? path : path.slice(0, end);
      parent = { path: current, judgement: this.apply(current, parent?.judgement) };
      this.known.push(parent);
      if (end < 0) return parent.judgement;
    }
  }

  /** A rule that could not change the verdict is not tried, and so is not handed down: that is how docker build judges. */
  private apply(path: string, parent: Judgement | undefined): Judgement {
    const matched = new Uint8Array(this.rules.length);
    let ignored = false;
    for (const [index, rule] of this.rules.entries()) {
      const match = parent?.matched[index] === 1 || (rule.exception === ignored && rule.matches(path));
      if (!match) continue;
      matched[index] = 1;
      ignored = !rule.exception;
    }
    return { ignored, matched };
  }
}

function parseRule(pattern: string): IgnoreRule | undefined {
  const trimmed = trim(pattern);
  if (trimmed === '') return undefined;
  const cleaned = cleanGoPath(trimmed);
  const exception = cleaned.startsWith('!');
  const text = exception ? cleaned.slice(1) : cleaned;
  if (text === '') throw badPattern('!', 'illegal exclusion pattern', 'Write a path after the !.');
  return { text, exception, matches: matcherOf(text) };
}

/** The common shapes are tested without a regular expression. */
function matcherOf(text: string): (path: string) => boolean {
  const tokens = parsePattern(text, { doubleStar: true });
  const isChar = (token: PatternToken): token is PatternToken & { kind: 'char' } => token.kind === 'char';
  const textOf = (part: readonly PatternToken[]): string => part.map((token) => (isChar(token) ? token.char : '')).join('');
  const [first] = tokens;
  const last = tokens.at(-1);
  if (tokens.every(isChar)) return (path) => path === textOf(tokens);
  if (last?.kind === 'rest' && tokens.slice(0, -1).every(isChar)) {
    const prefix = textOf(tokens);
    return (path) => path.startsWith(prefix);
  }
  if (first?.kind === 'folders' && tokens.slice(1).every(isChar)) {
    // `**name` without a slash matches the end of any name
    const suffix = (text.startsWith('**/') ? '/' : '') + textOf(tokens);
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  }
  return compileTokens(tokens);
}

function withoutTrailingGlob(text: string): string {
  return text.replace(/\/\*\*$/, '').replace(/\/\*$/, '');
}
