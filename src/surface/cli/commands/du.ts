import type { DiskRecord, DiskUsage } from '../../engine/index.ts';
import type { Console } from '../console.ts';
import type { LoadEngine } from '../engine.ts';
import { exitCodes } from '../exit-code.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { helpText } from '../help/help-text.ts';
import { harmlessText } from '../progress/harmless-text.ts';
import { formatAgo, formatBytes } from '../progress/quantity.ts';
import { textTable } from '../text-table.ts';
import { Faults, usageError } from '../usage-error.ts';

const table = {
  command: 'ossb du',
  flags: [
    { name: 'verbose', kind: 'bool' },
    { name: 'format', kind: 'string' },
    { name: 'root', kind: 'string' },
    { name: 'debug', short: 'D', kind: 'bool' },
  ],
} as const;

/** `ossb du`: what the store holds, by kind, or with --verbose record by record. */
export async function duCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const faults = new Faults();
  const flags = parseFlags(argv, table, faults);
  if (flags.help) {
    console.stdout.write(helpText('du'));
    return exitCodes.done;
  }
  const format = flags.string('format') ?? 'table';
  if (format !== 'table' && format !== 'json')
    faults.add(usageError('FLAG_VALUE', `Cannot use --format ${JSON.stringify(format)}: it is neither table nor json`));
  if (flags.args.length > 0)
    faults.add(usageError('ARGUMENTS', `Cannot use ${JSON.stringify(flags.args[0])}: du takes no arguments`, 'Name another store with --root.'));
  faults.throwIfAny();
  const usage = await (await loadEngine()).diskUsage(flags.string('root'));
  if (format === 'json') console.stdout.write(`${JSON.stringify(usage, undefined, 2)}\n`);
  else console.stdout.write(usageText(usage, flags.bool('verbose') === true, console.now()));
  return exitCodes.done;
}

export function usageText(usage: DiskUsage, verbose: boolean, nowMs: number): string {
  const totals = `Store:        ${usage.root}\nReclaimable:  ${formatBytes(usage.reclaimableBytes, 4)}\nTotal:        ${formatBytes(usage.totalBytes, 4)}\n`;
  return `${verbose ? recordTable(usage.records, nowMs) : kindTable(usage.records)}\n${totals}`;
}

export function recordTable(records: readonly DiskRecord[], nowMs: number): string {
  return textTable(
    ['ID', 'TYPE', 'RECLAIMABLE', 'SIZE', 'LAST USED', 'DESCRIPTION'],
    records.map((record) => [
      shortID(record.id),
      record.kind,
      String(!record.inUse),
      formatBytes(record.sizeBytes, 4),
      record.lastUsedAtMs === undefined ? '' : formatAgo(nowMs - record.lastUsedAtMs),
      shortID(record.description),
    ]),
  );
}

function kindTable(records: readonly DiskRecord[]): string {
  const rows = [...Map.groupBy(records, (record) => record.kind)].map(([kind, group]) => {
    const sum = (of: readonly DiskRecord[]): number => of.reduce((bytes, record) => bytes + record.sizeBytes, 0);
    return [kind, String(group.length), formatBytes(sum(group), 4), formatBytes(sum(group.filter((record) => !record.inUse)), 4)];
  });
  return textTable(['TYPE', 'COUNT', 'SIZE', 'RECLAIMABLE'], rows);
}

/** Digests are shown with 12 digits, and what is only a digest without the name of its algorithm. */
function shortID(id: string): string {
  return harmlessText(id.replace(/^sha256:(?=[0-9a-f]{64}$)/, '').replaceAll(/([0-9a-f]{12})[0-9a-f]{52}/g, '$1'));
}
