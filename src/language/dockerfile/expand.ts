import { fault } from './error.ts';
import { isSpace } from '../../core/go/index.ts';
import { PatternFault, maxExpandedLength, replaceMatches, trimMatch } from '../../core/match/index.ts';

export interface ExpandOptions {
  /** The value of a variable; undefined where it is not set. */
  readonly lookup: (name: string) => string | undefined;
  readonly escape: '\\' | '`';
  /** Called with each name that `lookup` does not know. */
  readonly onUnmatched?: (name: string) => void;
  /** Called with each name that `lookup` knows. */
  readonly onMatched?: (name: string) => void;
}

/** How much of the quoting stays in the result. */
interface Modes {
  readonly rawQuotes: boolean;
  readonly rawEscapes: boolean;
  /** `'` and `"` are characters like any other. */
  readonly plainQuotes: boolean;
  /** `$name` of an unset name stays as it is written. */
  readonly keepUnset: boolean;
}

/** One word or text: variables replaced, quotes and escapes removed. Errors: BAD_EXPANSION. */
export function expandWord(text: string, options: ExpandOptions): string {
  return isPlain(text, options.escape) ? text : run(text, options, { rawQuotes: false, rawEscapes: false, plainQuotes: false, keepUnset: false }).text;
}

/** As `expandWord`, then cut at blanks that are not quoted, those that came from a variable too. Errors: BAD_EXPANSION. */
export function expandWords(text: string, options: ExpandOptions): string[] {
  return run(text, options, { rawQuotes: false, rawEscapes: false, plainQuotes: false, keepUnset: false }).words;
}

/** Variables replaced, quotes and escapes kept. Errors: BAD_EXPANSION. */
export function expandKeepQuotes(text: string, options: ExpandOptions): string {
  return run(text, options, { rawQuotes: true, rawEscapes: true, plainQuotes: false, keepUnset: false }).text;
}

/** The body of a COPY or ADD heredoc: quotes are plain text, and the escape is always a backslash. Errors: BAD_EXPANSION. */
export function expandHeredoc(text: string, options: Omit<ExpandOptions, 'escape'>): string {
  const plain = { rawQuotes: false, rawEscapes: false, plainQuotes: true, keepUnset: false };
  return run(text, { ...options, escape: '\\' }, plain).text;
}

/** A shell command for people to read: quotes stay, and so do variables that nobody set. Errors: BAD_EXPANSION. */
export function expandForDisplay(text: string, options: ExpandOptions): string {
  return run(text, options, { rawQuotes: true, rawEscapes: false, plainQuotes: false, keepUnset: true }).text;
}

/** A shell line cut into words without expanding anything; with `raw` the quotes and escapes stay. Errors: BAD_EXPANSION. */
export function splitShellWords(text: string, options: { rawQuotes: boolean; rawEscapes: boolean }): string[] {
  return run(text, { lookup: () => undefined, escape: '\\' }, { ...options, plainQuotes: false, keepUnset: true }).words;
}

/** Deeper `${a:-${b:-...}}` is refused: the reader is recursive and its input is not trusted. */
const maxDepth = 250;

function isPlain(text: string, escape: string): boolean {
  return !/['"$]/.test(text) && !text.includes(escape);
}

function run(text: string, options: ExpandOptions, modes: Modes): { text: string; words: string[] } {
  try {
    return new Expansion(text, options, modes).readUntil(undefined, modes.rawEscapes, 0);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const shown = text.length > 200 ? `${text.slice(0, 200)}...` : text;
    throw fault('BAD_EXPANSION', `Cannot expand ${JSON.stringify(shown)}: ${error.message}`, {
      hint: 'Put a \\ before a $ or a quote that is meant as it is, and close every brace and quote.',
    });
  }
}

class SyntaxFault extends Error {}

/** A few variables that hold each other several times would fill any memory. */
function joined(text: string, piece: string): string {
  if (text.length + piece.length > maxExpandedLength) throw new SyntaxFault(`the result is longer than ${maxExpandedLength} characters`);
  return text + piece;
}

/** One reading of a text from left to right. */
class Expansion {
  private readonly text: string;
  private readonly options: ExpandOptions;
  private readonly modes: Modes;
  private position = 0;

  constructor(text: string, options: ExpandOptions, modes: Modes) {
    this.text = text;
    this.options = options;
    this.modes = modes;
  }

  /** Up to and over `stop`, else to the end. */
  readUntil(stop: string | undefined, rawEscapes: boolean, depth: number): { text: string; words: string[] } {
    if (depth > maxDepth) throw new SyntaxFault(`substitutions nested more than ${maxDepth} deep`);
    const words = new WordSplitter();
    let result = '';
    for (;;) {
      const char = this.peek();
      if (char === undefined) break;
      if (char === stop) {
        this.position += 1;
        return { text: result, words: words.end() };
      }
      let piece: string;
      if (char === '$') {
        piece = this.readDollar(depth);
        words.addUnquoted(piece);
      } else if (!this.modes.plainQuotes && char === "'") {
        piece = this.readSingleQuoted();
        words.add(piece);
      } else if (!this.modes.plainQuotes && char === '"') {
        piece = this.readDoubleQuoted(rawEscapes, depth);
        words.add(piece);
      } else if (char === this.options.escape) {
        this.position += 1;
        piece = (rawEscapes ? char : '') + (this.next() ?? '');
        words.add(piece);
      } else if (this.text.startsWith('<<', this.position)) {
        piece = this.readHeredocSign();
        words.add(piece);
      } else {
        piece = this.readPlain(stop);
        words.addUnquoted(piece);
      }
      result = joined(result, piece);
    }
    if (stop !== undefined) throw new SyntaxFault(`unexpected end of statement while looking for matching ${stop}`);
    return { text: result, words: words.end() };
  }

  private peek(): string | undefined {
    return this.position < this.text.length ? this.text[this.position] : undefined;
  }

  private next(): string | undefined {
    const code = this.text.codePointAt(this.position);
    if (code === undefined) return undefined;
    const char = String.fromCodePoint(code);
    this.position += char.length;
    return char;
  }

  /** The characters up to the next one that means something. */
  private readPlain(stop: string | undefined): string {
    const start = this.position;
    while (this.position < this.text.length) {
      const char = this.text[this.position]!;
      if (char === '$' || char === stop || char === this.options.escape || this.text.startsWith('<<', this.position)) break;
      if (!this.modes.plainQuotes && (char === "'" || char === '"')) break;
      this.position += 1;
    }
    return this.text.slice(start, this.position);
  }

  /** `<<` and the blanks after it, which belong to the word that follows: `<< EOF` is one word. */
  private readHeredocSign(): string {
    const sign = /<<\s*/y;
    sign.lastIndex = this.position;
    const piece = sign.exec(this.text)?.[0] ?? '';
    this.position += piece.length;
    return piece;
  }

  private readSingleQuoted(): string {
    const end = this.text.indexOf("'", this.position + 1);
    if (end < 0) {
      this.position = this.text.length;
      throw new SyntaxFault('unexpected end of statement while looking for matching single-quote');
    }
    const inner = this.text.slice(this.position + 1, end);
    this.position = end + 1;
    return this.modes.rawQuotes ? `'${inner}'` : inner;
  }

  private readDoubleQuoted(rawEscapes: boolean, depth: number): string {
    const { escape } = this.options;
    this.position += 1;
    let result = this.modes.rawQuotes ? '"' : '';
    for (;;) {
      const char = this.peek();
      if (char === undefined) throw new SyntaxFault('unexpected end of statement while looking for matching double-quote');
      if (char === '"') {
        this.position += 1;
        return this.modes.rawQuotes ? `${result}"` : result;
      }
      if (char === '$') {
        result = joined(result, this.readDollar(depth));
        continue;
      }
      this.position += 1;
      if (char !== escape) {
        result += char;
        continue;
      }
      if (rawEscapes) result += char;
      const escaped = this.peek();
      if (escaped === undefined) continue;
      if (escaped === '"' || escaped === '$' || escaped === escape) {
        this.position += 1;
        result += escaped;
      } else {
        result += char;
      }
    }
  }

  /** `$name` or `${...}`. */
  private readDollar(depth: number): string {
    this.position += 1;
    if (this.peek() !== '{') {
      const name = this.readName();
      if (name === '') return '$';
      const value = this.lookup(name);
      return value ?? (this.modes.keepUnset ? `$${name}` : '');
    }
    this.position += 1;
    const first = this.peek();
    if (first === undefined) throw new SyntaxFault("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw new SyntaxFault('syntax error: bad substitution');
    const name = this.readName();
    let operator = this.next();
    if (operator === '}') {
      const value = this.lookup(name);
      return value ?? (this.modes.keepUnset ? `\${${name}}` : '');
    }
    if (operator === '/') return this.readReplacement(name, depth);
    let modifier = operator ?? '';
    const emptyIsUnset = operator === ':';
    if (emptyIsUnset) {
      operator = this.next();
      modifier += operator ?? '';
    } else if (operator === undefined || !'+-?#%'.includes(operator)) {
      throw operator === undefined ? new SyntaxFault("syntax error: missing '}'") : unsupported(modifier);
    }
    // a pattern keeps its escapes: they say which `*` and `?` are meant as they are
    const word = this.readOperand('}', "syntax error: missing '}'", operator === '#' || operator === '%', depth);
    const value = this.lookup(name);
    if (value === undefined && this.modes.keepUnset) return `\${${name}${modifier}${word}}`;
    return substitute(name, value, emptyIsUnset, operator, modifier, word);
  }

  /** `${name/pattern/replacement}` and `${name//pattern/replacement}`, after the first `/`. */
  private readReplacement(name: string, depth: number): string {
    const all = this.peek() === '/';
    if (all) this.position += 1;
    const pattern = this.readOperand('/', "syntax error: missing '/' in ${}", true, depth);
    const replacement = this.readOperand('}', "syntax error: missing '}'", true, depth);
    const value = this.lookup(name);
    if (value === undefined && this.modes.keepUnset) return `\${${name}/${pattern}/${replacement}}`;
    return patternFault(pattern, () => replaceMatches(value ?? '', pattern, replacement, all));
  }

  private readOperand(stop: string, missing: string, rawEscapes: boolean, depth: number): string {
    try {
      return this.readUntil(stop, rawEscapes, depth + 1).text;
    } catch (error) {
      if (error instanceof SyntaxFault && this.position >= this.text.length) throw new SyntaxFault(missing);
      throw error;
    }
  }

  /** Letters, digits and `_`; or digits alone; or one special parameter. */
  private readName(): string {
    const rest = /(?:\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/uy;
    rest.lastIndex = this.position;
    const name = rest.exec(this.text)?.[0] ?? '';
    this.position += name.length;
    return name;
  }

  private lookup(name: string): string | undefined {
    const value = this.options.lookup(name);
    if (value === undefined) this.options.onUnmatched?.(name);
    else this.options.onMatched?.(name);
    return value;
  }
}

function substitute(name: string, value: string | undefined, emptyIsUnset: boolean, operator: string | undefined, modifier: string, word: string): string {
  const missing = value === undefined || (emptyIsUnset && value === '');
  switch (operator) {
    case '-':
      return missing ? word : value;
    case '+':
      return missing ? '' : word;
    case '?':
      if (!missing) return value;
      throw new SyntaxFault(`${name}: ${word === '' ? `is not allowed to be ${value === undefined ? 'unset' : 'empty'}` : word}`);
    case '#':
    case '%': {
      // an empty value is a value here, so there is no form with a colon
      if (emptyIsUnset) throw unsupported(modifier);
      const longest = word.startsWith(operator);
      const pattern = longest ? word.slice(1) : word;
      return patternFault(pattern, () => trimMatch(value ?? '', pattern, operator === '#' ? 'start' : 'end', longest));
    }
    default:
      throw unsupported(modifier);
  }
}

function unsupported(modifier: string): SyntaxFault {
  return new SyntaxFault(`unsupported modifier (${modifier}) in substitution`);
}

function patternFault(pattern: string, match: () => string): string {
  try {
    return match();
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new SyntaxFault(`invalid pattern (${pattern}) in substitution: ${error.message}`);
  }
}

/** Collects words as a shell does: blanks cut where they are not quoted. */
class WordSplitter {
  private readonly words: string[] = [];
  private word = '';

  add(quoted: string): void {
    this.word += quoted;
  }

  addUnquoted(text: string): void {
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x20 && code < 0x80) continue;
      if (!isSpace(text[index]!)) continue;
      this.word += text.slice(start, index);
      this.cut();
      start = index + 1;
    }
    this.word += text.slice(start);
  }

  end(): string[] {
    this.cut();
    return this.words;
  }

  private cut(): void {
    if (this.word === '') return;
    this.words.push(this.word);
    this.word = '';
  }
}
