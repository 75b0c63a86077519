import { fault } from './error.ts';
import { parseJsonForm } from './json-form.ts';
import { isSpaceCode } from '../../core/go/index.ts';
import { splitBlanks } from './blank.ts';
import { splitWords } from './words.ts';
import type { Instruction } from './ast.ts';

export type InstructionKind = Instruction['kind'];

export const instructionKinds: readonly InstructionKind[] = [
  'add',
  'arg',
  'cmd',
  'copy',
  'entrypoint',
  'env',
  'expose',
  'from',
  'healthcheck',
  'label',
  'maintainer',
  'onbuild',
  'run',
  'shell',
  'stopsignal',
  'user',
  'volume',
  'workdir',
];

export function instructionKind(keyword: string): InstructionKind | undefined {
  const lower = keyword.toLowerCase();
  return instructionKinds.find((kind) => kind === lower);
}

/** The text after the flags, cut as its instruction wants it. */
export interface Arguments {
  readonly args: readonly string[];
  /** True where they were a JSON array. */
  readonly json: boolean;
}

/** ONBUILD's are read by its own parser. Errors: BAD_ARGUMENTS. */
export function splitArguments(kind: InstructionKind, rest: string, escape: '\\' | '`'): Arguments {
  switch (kind) {
    case 'add':
    case 'copy':
    case 'volume': {
      const items = parseJsonForm(rest);
      return items === undefined ? { args: blanks(rest), json: false } : { args: items, json: true };
    }
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return jsonOrText(rest);
    case 'healthcheck': {
      const [type, command] = splitHealthcheck(rest);
      if (type === '') return { args: [], json: false };
      const { args, json } = jsonOrText(command);
      return { args: [type, ...args], json };
    }
    case 'expose':
    case 'from':
      return { args: blanks(rest), json: false };
    case 'arg':
      return { args: splitWords(rest, escape), json: false };
    case 'env':
    case 'label':
    case 'onbuild':
      return { args: rest === '' ? [] : [rest], json: false };
    case 'maintainer':
    case 'stopsignal':
    case 'user':
    case 'workdir':
      return { args: rest === '' ? [] : [rest], json: false };
    default:
      return kind satisfies never;
  }
}

export function requireOne(keyword: string, args: readonly string[]): string {
  const [only] = args;
  if (only === undefined)
    throw fault('BAD_ARGUMENTS', `${keyword.toUpperCase()} requires exactly one argument`, { hint: `Write ${keyword.toUpperCase()} VALUE.` });
  return only;
}

export function requireSome(keyword: string, args: readonly string[]): void {
  if (args.length === 0)
    throw fault('BAD_ARGUMENTS', `${keyword.toUpperCase()} requires at least one argument`, {
      hint: `Write what ${keyword.toUpperCase()} is to set after it.`,
    });
}

function blanks(text: string): string[] {
  return text === '' ? [] : splitBlanks(text);
}

function jsonOrText(text: string): Arguments {
  if (text === '') return { args: [], json: false };
  const items = parseJsonForm(text);
  return items === undefined ? { args: [text], json: false } : { args: items, json: true };
}

function splitHealthcheck(rest: string): [type: string, command: string] {
  let end = 0;
  while (end < rest.length && !isSpaceCode(rest.charCodeAt(end))) end += 1;
  let start = end;
  while (start < rest.length && isSpaceCode(rest.charCodeAt(start))) start += 1;
  return [rest.slice(0, end), rest.slice(start)];
}
