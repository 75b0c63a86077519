// Writes docs/errors.md from the unions of error codes in the sources, so that the two cannot differ.
// usage: node scripts/error-codes.ts
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
export const errorPagePath = join(root, 'docs/errors.md');

export interface ErrorCode {
  readonly code: string;
  /** The class that has it, and the room of that. */
  readonly className: string;
  readonly room: string;
  /** What happened and what to do; '' where the code has no doc comment. */
  readonly text: string;
  /** Found where the error is made. */
  readonly families: readonly string[];
  readonly exitCodes: readonly number[];
  /** False where nothing but the union names it. */
  readonly isUsed: boolean;
}

/** The page for readers. */
export function errorPage(): string {
  const rooms = Object.entries(Object.groupBy(errorCodes(), (each) => each.room)).map(([room, codes = []]) => {
    const rows = codes.map((each) => `| \`${each.code}\` | ${each.text} | ${each.families.join(', ')} | ${each.exitCodes.join(' or ')} |`);
    return `## ${room}\n| code | what happened, what to do | family | exit |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Error codes

Every error that a user can act on has a code, which stays the same between versions; messages and hints may change. \`ossb build --progress rawjson\` prints the code in its last line, the library
in \`error.code\`. The family says what kind of thing went wrong. Exit code 75 means that the same command may succeed later. Several faults found at once have the exit code that all of them have in
common, else 1. An error without a code is a fault of ossb itself and is printed with its stack; please report it.

This page is made from the sources by \`node scripts/error-codes.ts\`.

${rooms.join('\n')}`;
}

/** All codes of the program, in the order of rooms and unions. */
export function errorCodes(): ErrorCode[] {
  const files = globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing'))
    .sort();
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const programs = [...texts].map(([file, text]) => [file, bare(text)] as const);
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/^(?:export )?class (\w+) extends (?:BuildError|AnswerError)<([^{]*?)> \{/gm)].flatMap((match) => {
      const [, className = '', argument = ''] = match;
      const name = argument.trim();
      if (name.startsWith('Code')) return [];
      const union = /^\w+$/.test(name) ? (new RegExp(`type ${name} =([\\s\\S]*?'[A-Z0-9_]+');`).exec(text)?.[1] ?? '') : argument;
      return codesOf(union).map(([code, doc]): ErrorCode => {
        const made = programs.flatMap(([path, source]) => makings(code, path === file ? source.replace(bare(union), '') : source));
        const families = [...new Set(made.flatMap((each) => each.families))];
        // What the function beside the class sets, by code or for all.
        const own = new RegExp(`\\b${code}: '(\\w+)'`).exec(text)?.[1];
        const fallback = own === undefined ? familiesIn(text) : [own];
        return {
          code,
          className,
          room: file.split('/').slice(1, 3).join('/').replace(/\.ts$/, ''),
          text: doc,
          families: (families.length > 0 ? families : fallback).sort(),
          exitCodes: exitCodesOf(className, made),
          ...computed[code],
          isUsed: made.length > 0,
        };
      });
    }),
  );
}

/** Of codes that are themselves computed where the error is made. */
const computed: Readonly<Record<string, { readonly families: readonly string[]; readonly exitCodes: readonly number[] }>> = {
  NAME_UNKNOWN: { families: ['registry'], exitCodes: [1] },
  MANIFEST_UNKNOWN: { families: ['registry'], exitCodes: [1] },
  BLOB_UNKNOWN: { families: ['registry'], exitCodes: [1] },
  DOWNLOAD_FAILED: { families: ['network'], exitCodes: [1, 75] },
  DOWNLOAD_UNAUTHORIZED: { families: ['authentication'], exitCodes: [1] },
  GIT_FAILED: { families: ['network'], exitCodes: [1, 75] },
  GIT_REF_MISSING: { families: ['network', 'validation'], exitCodes: [1] },
  GIT_UNAUTHORIZED: { families: ['authentication'], exitCodes: [1] },
};

function codesOf(union: string): (readonly [code: string, doc: string])[] {
  return [...union.matchAll(/(?:\/\*\* ([^*]*(?:\*(?!\/)[^*]*)*) \*\/\s*)?\|?\s*'([A-Z0-9_]+)'/g)].map((match) => [
    match[2]!,
    (match[1] ?? '').replaceAll('|', '\\|'),
  ]);
}

/** Without doc comments. */
function bare(text: string): string {
  return text.replace(/^\s*\/\*\*[\s\S]*?\*\//gm, '');
}

interface Making {
  /** Those that the call names. */
  readonly families: readonly string[];
  readonly isRetryable: boolean;
  readonly isFinal: boolean;
}

/** Where the source names the code as an argument: with the families that the same call names. */
function makings(code: string, source: string): Making[] {
  return [...source.matchAll(new RegExp(`'${code}'`, 'g'))].map(({ index }) => {
    const call = restOfCall(source, index);
    const retryable = /retryable(?:: ([^,}\n]*))?/.exec(call);
    return {
      families: familiesIn(call),
      isRetryable: retryable !== null && retryable[1] !== 'false',
      isFinal: retryable === null || retryable[1] !== 'true',
    };
  });
}

function familiesIn(text: string): string[] {
  return [...text.matchAll(/\bfamily: ([^,}\n]*)/g)].flatMap((match) => [...match[1]!.matchAll(/'([a-z]+)'/g)].map((word) => word[1]!));
}

/** Up to the bracket that closes the call. */
function restOfCall(source: string, start: number): string {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    if ('([{'.includes(source[at]!)) depth += 1;
    else if (')]}'.includes(source[at]!)) depth -= 1;
    if (depth < 0) return source.slice(start, at);
  }
  return source.slice(start);
}

function exitCodesOf(className: string, made: readonly Making[]): number[] {
  if (className === 'UsageError') return [2];
  if (className === 'InterruptedError') return [130];
  const isRetryable = made.some((each) => each.isRetryable);
  return [...(made.length === 0 || made.some((each) => each.isFinal) || !isRetryable ? [1] : []), ...(isRetryable ? [75] : [])];
}

if (import.meta.main) writeFileSync(errorPagePath, errorPage());
