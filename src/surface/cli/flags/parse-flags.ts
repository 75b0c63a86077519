import { parseGoBool } from '../../../core/go/index.ts';
import { nearestWord } from '../../../core/match/index.ts';
import { parseCsv } from '../values/csv.ts';
import { Faults, usageError } from '../usage-error.ts';
import type { Flag, FlagTable, ParsedFlags, UnsupportedFlag } from './flag.ts';

/**
 * Reads a command line as docker does: `--flag value`, `--flag=value`, `-t value`, `-tvalue`, `-t=value`, `-qD`, flags and arguments in any order, `--` ends the
 * flags, `-` is an argument. All faults are added to `faults`.
 */
export function parseFlags(argv: readonly string[], table: FlagTable, faults: Faults): ParsedFlags {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  const warnings: string[] = [];
  let help = false;
  let allKnown = true;
  let next = 0;

  while (next < argv.length) {
    const word = argv[next++] ?? '';
    if (word === '--') {
      args.push(...argv.slice(next));
      break;
    }
    if (word === '--help' || word === '-h') help = true;
    else if (word.startsWith('--')) long(word);
    else if (word.startsWith('-') && word !== '-') shorts(word);
    else args.push(word);
  }
  return {
    help,
    allKnown,
    args,
    warnings,
    bool: (name) => lastOf(values.get(name))?.startsWith('t'),
    string: (name) => lastOf(values.get(name)),
    list: (name) => values.get(name) ?? [],
  };

  function long(word: string): void {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const flag = table.flags.find((one) => one.name === name) ?? table.unsupported?.find((one) => one.name === name);
    if (flag === undefined) unknown(`--${name}`);
    else take(flag, `--${name}`, equals < 0 ? undefined : word.slice(equals + 1));
  }

  function shorts(word: string): void {
    for (let i = 1; i < word.length; i++) {
      const letter = word[i];
      const flag = table.flags.find((one) => one.short === letter) ?? table.unsupported?.find((one) => one.short === letter);
      if (flag === undefined) return unknown(`-${letter}`, word);
      const rest = word.slice(i + 1);
      if (flag.kind === 'bool' && !rest.startsWith('=')) take(flag, `-${letter}`, undefined);
      else return take(flag, `-${letter}`, rest === '' ? undefined : rest.startsWith('=') ? rest.slice(1) : rest);
    }
    return undefined;
  }

  function take(flag: Flag | UnsupportedFlag, shown: string, attached: string | undefined): void {
    let value = attached;
    if (flag.kind === 'bool') {
      const truth = parseGoBool(attached ?? 'true');
      if (truth === undefined) {
        const hint = 'hint' in flag ? flag.hint : undefined;
        return faults.add(usageError('FLAG_VALUE', `Cannot use ${shown}=${attached}: it is either true or false`, hint));
      }
      value = String(truth);
    } else if (value === undefined) {
      if (next >= argv.length) return faults.add(usageError('FLAG_VALUE', `Cannot use ${shown}: its value is missing`, seeHelp()));
      value = argv[next++] ?? '';
    }
    if ('reason' in flag) {
      if (flag.harmless?.(value) === true) return undefined;
      if (flag.optional === true) warnings.push(`${shown} ${value} has no effect: ${flag.reason}`);
      else faults.add(usageError('FLAG_UNSUPPORTED', `Cannot use ${shown}: ${flag.reason}`, flag.hint));
      return undefined;
    }
    const given = flag.kind === 'csv' ? (faults.attempt(() => parseCsv(value, shown)) ?? []) : [value];
    values.set(flag.name, [...(values.get(flag.name) ?? []), ...given]);
    return undefined;
  }

  function unknown(shown: string, within: string = shown): void {
    allKnown = false;
    const name = within.replace(/^-+/, '').replace(/=.*$/s, '');
    const translation = table.foreign?.get(name) ?? table.foreign?.get(shown.replace(/^-+/, ''));
    const meant = nearestWord(
      name,
      table.flags.map((flag) => flag.name),
    );
    const where = within === shown || shown === `-${name}` ? '' : ` (in ${within})`;
    faults.add(
      usageError(
        'FLAG_UNKNOWN',
        `Cannot use ${shown}${where}: there is no such flag`,
        translation ?? (meant === undefined ? seeHelp() : `Did you mean --${meant}? ${seeHelp()}`),
      ),
    );
  }

  function seeHelp(): string {
    return `See '${table.command} --help'.`;
  }
}

function lastOf(values: readonly string[] | undefined): string | undefined {
  return values?.at(-1);
}

/** The words that Go's strconv.ParseBool takes. */
