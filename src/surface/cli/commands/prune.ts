import { resolve } from 'node:path';
import { BuildError } from '../../../core/errors.ts';
import type { DiskRecord, PruneOptions } from '../../engine/index.ts';
import type { Console } from '../console.ts';
import type { LoadEngine } from '../engine.ts';
import { exitCodes } from '../exit-code.ts';
import type { ParsedFlags } from '../flags/flag.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { helpText } from '../help/help-text.ts';
import { catchInterrupts } from '../interrupts.ts';
import { formatBytes } from '../progress/quantity.ts';
import { Faults, usageError } from '../usage-error.ts';
import { parseSize } from '../values/size.ts';
import { parseUntil } from '../values/until.ts';
import { recordTable } from './du.ts';

const table = {
  command: 'ossb prune',
  flags: [
    { name: 'all', short: 'a', kind: 'bool' },
    { name: 'filter', kind: 'list' },
    { name: 'force', short: 'f', kind: 'bool' },
    { name: 'max-used-space', kind: 'string' },
    { name: 'min-free-space', kind: 'string' },
    { name: 'reserved-space', kind: 'string' },
    { name: 'keep-storage', kind: 'string' },
    { name: 'verbose', kind: 'bool' },
    { name: 'root', kind: 'string' },
    { name: 'debug', short: 'D', kind: 'bool' },
    { name: 'builder', kind: 'string' },
  ],
} as const;

/** `ossb prune`: removes what no image and no running build needs. */
export async function pruneCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const faults = new Faults();
  const flags = parseFlags(argv, table, faults);
  if (flags.help) {
    console.stdout.write(helpText('prune'));
    return exitCodes.done;
  }
  const options = pruneOptions(flags, console.now(), faults);
  if (flags.args.length > 0)
    faults.add(usageError('ARGUMENTS', `Cannot use ${JSON.stringify(flags.args[0])}: prune takes no arguments`, 'Choose with --filter.'));
  const force = flags.bool('force') === true;
  if (!force && !console.stdin.isTerminal) {
    faults.add(usageError('ARGUMENTS', 'Cannot ask whether to remove: standard input is not a terminal', 'Say yes with --force.'));
  }
  faults.throwIfAny();
  if (!force && !(await confirmed(console, options))) return exitCodes.done;
  const root = flags.string('root');
  using interrupts = catchInterrupts(() => {});
  const engine = await loadEngine();
  try {
    const result = await engine.prune(root === undefined ? undefined : resolve(console.cwd, root), options, interrupts.signal);
    if (result.removed.length > 0 && flags.bool('verbose') === true) console.stdout.write(`${recordTable(result.removed, console.now())}\n`);
    console.stdout.write(`Removed ${result.removed.length} ${result.removed.length === 1 ? 'record' : 'records'}, ${formatBytes(result.reclaimedBytes, 4)}.\n`);
    if (result.left.length === 0) return exitCodes.done;
    throw leftError(result.left);
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode;
    throw error;
  }
}

/** How many paths an error names. */
const maxNamed = 20;

function leftError(paths: readonly string[]): BuildError {
  const shown = paths.slice(0, maxNamed).map((path) => `\n  ${path}`);
  const more = paths.length > maxNamed ? `\n  and ${paths.length - maxNamed} more` : '';
  return new BuildError(
    'PRUNE_INCOMPLETE',
    `Cannot remove ${paths.length} ${paths.length === 1 ? 'folder' : 'folders'}: files in them belong to user ids that this user does not have now${shown.join('')}${more}`,
    {
      family: 'filesystem',
      hint: 'Remove them as root, or give this user the range in /etc/subuid and /etc/subgid that it had, and prune again.',
    },
  );
}

async function confirmed(console: Console, options: PruneOptions): Promise<boolean> {
  const what = options.all === true ? 'the build cache and all images of the store' : 'the build cache that no image needs';
  console.stderr.write(`This removes ${what}. Go on? [y/N] `);
  return /^y(es)?$/i.test((await console.stdin.readLine()).trim());
}

export function pruneOptions(flags: ParsedFlags, nowMs: number, faults: Faults): PruneOptions {
  let unusedSinceMs: number | undefined;
  const kinds: DiskRecord['kind'][] = [];
  for (const filter of flags.list('filter')) {
    const equals = filter.indexOf('=');
    const [key, value] = [filter.slice(0, Math.max(equals, 0)), filter.slice(equals + 1)];
    if (key === 'until' || key === 'unused-for') unusedSinceMs = faults.attempt(() => parseUntil(value, nowMs));
    else if (key === 'type' && isKind(value)) kinds.push(value);
    else if (key === 'type') faults.add(usageError('FLAG_VALUE', `Cannot use --filter ${filter}: the type is none of ${kindNames.join(', ')}`));
    else
      faults.add(
        usageError('FLAG_VALUE', `Cannot use --filter ${JSON.stringify(filter)}: it is neither until=... nor type=...`, 'For instance --filter until=24h.'),
      );
  }
  const size = (name: string): number | undefined => {
    const text = flags.string(name);
    return text === undefined ? undefined : faults.attempt(() => parseSize(text, `--${name}`, { decimal: true }));
  };
  const maxUsedBytes = size('max-used-space');
  const minFreeBytes = size('min-free-space');
  const reservedBytes = size('reserved-space') ?? size('keep-storage');
  return {
    all: flags.bool('all') === true,
    ...(unusedSinceMs === undefined ? {} : { unusedSinceMs }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(maxUsedBytes === undefined ? {} : { maxUsedBytes }),
    ...(minFreeBytes === undefined ? {} : { minFreeBytes }),
    ...(reservedBytes === undefined ? {} : { reservedBytes }),
  };
}

const kindNames: readonly string[] = ['image', 'layer', 'blob', 'cache-mount', 'source', 'cache-record', 'temporary'] satisfies DiskRecord['kind'][];

function isKind(text: string): text is DiskRecord['kind'] {
  return kindNames.includes(text);
}
