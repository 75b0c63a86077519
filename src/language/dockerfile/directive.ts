import type { Directive } from './ast.ts';
import { fault } from './error.ts';
import { trim, trimStart } from '../../core/go/index.ts';
import { SourceText, decodeSource, withoutLineBreak } from './source-text.ts';

/** Reads the directives at the top of a file; the first line that is none ends them. */
export class DirectiveReader {
  private readonly prefix: '#' | '//';
  private readonly seen = new Set<string>();
  private done = false;

  constructor(prefix: '#' | '//' = '#') {
    this.prefix = prefix;
  }

  /** Errors: DUPLICATE_DIRECTIVE. */
  read(line: string, lineNumber: number): Directive | undefined {
    if (this.done) return undefined;
    const match = line.startsWith(this.prefix) ? /^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(trimStart(line.slice(this.prefix.length))) : null;
    const name = match?.[1]!.toLowerCase();
    if (match === null || name === undefined || !['syntax', 'escape', 'check'].includes(name)) {
      this.done = true;
      return undefined;
    }
    if (this.seen.has(name)) throw fault('DUPLICATE_DIRECTIVE', `only one ${name} parser directive can be used`, { hint: `Keep one "# ${name}=" line.` });
    this.seen.add(name);
    return { name, value: match[2]!, range: { start: { line: lineNumber, column: 0 }, end: { line: lineNumber, column: line.length } } };
  }
}

/** The escape character that a directive names. Errors: BAD_DIRECTIVE. */
export function parseEscape(value: string): '\\' | '`' {
  if (value === '\\' || value === '`') return value;
  throw fault('BAD_DIRECTIVE', `invalid escape token '${value}' does not match \` or \\`, { hint: 'Write "# escape=`" or "# escape=\\".' });
}

/** A `syntax` that a file names. */
export interface SyntaxName {
  /** The image, without what follows it after a blank. */
  readonly image: string;
  /** The whole value. */
  readonly commandLine: string;
  readonly line: number;
}

/** The frontend that a file asks for: `# syntax=`, also after a `#!` line, `// syntax=`, or the key `syntax` of a JSON object. */
export function detectSyntax(text: string | Uint8Array): SyntaxName | undefined {
  const source = decodeSource(text);
  const found = findDirective(source, 'syntax', '#') ?? findDirective(source, 'syntax', '//');
  if (found !== undefined) return { image: found.value.split(' ', 1)[0]!, commandLine: found.value, line: found.range.start.line };
  return jsonSyntax(source);
}

/** The value of `# check=`, up to its first blank, which is where docker build stops reading it. */
export function detectCheck(text: string | Uint8Array): string | undefined {
  return findDirective(decodeSource(text), 'check', '#')?.value.split(' ', 1)[0];
}

function findDirective(text: string, name: string, prefix: '#' | '//'): Directive | undefined {
  const source = new SourceText(text);
  const reader = new DirectiveReader(prefix);
  const directives: Directive[] = [];
  try {
    for (let first = true; ; first = false) {
      const line = source.next();
      if (line === undefined) break;
      if (first && line.startsWith('#!')) continue;
      const directive = reader.read(withoutLineBreak(line), source.line);
      if (directive === undefined) break;
      directives.push(directive);
    }
  } catch {
    // a fault here is reported when the file is parsed
  }
  return directives.find((directive) => directive.name === name);
}

function jsonSyntax(text: string): SyntaxName | undefined {
  const body = text.replace(/^\uFEFF/, '').replace(/^#![^\n]*(?:\n|$)/, '');
  if (!trim(body).startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || !('syntax' in value) || typeof value.syntax !== 'string') return undefined;
    return { image: value.syntax, commandLine: value.syntax, line: 1 };
  } catch {
    return undefined;
  }
}
