import type { Console } from '../console.ts';
import { exitCodes } from '../exit-code.ts';
import type { ParsedFlags } from '../flags/flag.ts';
import { nearestWord } from '../../../core/match/index.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { helpText } from '../help/help-text.ts';
import { Faults, usageError } from '../usage-error.ts';

const table = {
  command: 'ossb check',
  flags: [
    { name: 'format', kind: 'string' },
    { name: 'fail-on', kind: 'string' },
    { name: 'skip', kind: 'csv' },
    { name: 'build-arg', kind: 'list' },
    { name: 'quiet', short: 'q', kind: 'bool' },
    { name: 'debug', short: 'D', kind: 'bool' },
  ],
} as const;

/** `ossb check [PATH...]`: Dockerfiles are parsed and checked, nothing is built. */
export async function checkCommand(argv: readonly string[], console: Console): Promise<number> {
  const faults = new Faults();
  const flags = parseFlags(argv, table, faults);
  if (flags.help) {
    console.stdout.write(helpText('check'));
    return exitCodes.done;
  }
  const { checkFile, findDockerfiles, formatReport, ruleNames } = await import('../check/index.ts');
  const format = flags.string('format') ?? 'text';
  if (format !== 'text' && format !== 'json' && format !== 'sarif') {
    faults.add(usageError('FLAG_VALUE', `Cannot use --format ${JSON.stringify(format)}: it is none of text, json, sarif`));
  }
  const failOn = flags.string('fail-on') ?? 'warning';
  if (failOn !== 'error' && failOn !== 'warning' && failOn !== 'never') {
    faults.add(usageError('FLAG_VALUE', `Cannot use --fail-on ${JSON.stringify(failOn)}: it is none of error, warning, never`));
  }
  const names = ruleNames();
  const skip = flags.list('skip');
  for (const name of skip) if (!names.includes(name)) faults.add(unknownRule(name, names));
  const options = { cwd: console.cwd, buildArgs: buildArgsOf(flags, console), skip };
  const paths = flags.allKnown ? findDockerfiles(flags.args, console.cwd, faults) : [];
  faults.throwIfAny();

  const files = paths.map((path) => checkFile(path, options));
  if (flags.bool('quiet') !== true) console.stdout.write(formatReport(files, format === 'json' || format === 'sarif' ? format : 'text'));
  const levels = files.flatMap((file) => file.findings.map((finding) => finding.level));
  const failed = failOn === 'warning' ? levels.length > 0 : failOn === 'error' && levels.includes('error');
  return failed ? exitCodes.failed : exitCodes.done;
}

function buildArgsOf(flags: ParsedFlags, console: Console): Record<string, string> {
  const args: Record<string, string> = {};
  for (const text of flags.list('build-arg')) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? console.env[name] : text.slice(equals + 1);
    if (value !== undefined) args[name] = value;
  }
  return args;
}

function unknownRule(name: string, names: readonly string[]): ReturnType<typeof usageError> {
  const meant = nearestWord(name, names);
  return usageError(
    'FLAG_VALUE',
    `Cannot use --skip ${JSON.stringify(name)}: there is no such rule`,
    meant === undefined ? `The rules are ${names.join(', ')}.` : `Did you mean ${meant}?`,
  );
}
