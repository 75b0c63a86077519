import { formatBytes } from './quantity.ts';
import type { Transfer } from './step-board.ts';

/** `transferring context 3.15MB`, and of layers, as docker has it, `sha256:0123456789ab 3.15MB / 3.4MB` and `extracting sha256:0123456789ab`. */
export function transferText(transfer: Transfer): string {
  if (transfer.action === 'downloading' && transfer.id.startsWith('sha256:'))
    return `${shortID(transfer.id)} ${amounts(transfer.current, transfer.total, transfer.unit)}`;
  if (transfer.unit === 'items' && transfer.total === 1) return `${transfer.action} ${shortID(transfer.id)}`;
  return `${transfer.action}${transfer.id === '' || transfer.id === transfer.action ? '' : ` ${shortID(transfer.id)}`} ${amounts(transfer.current, transfer.total, transfer.unit)}`;
}

/** One text for each action of a step: what moves now, added up. Actions whose every part is complete are left out. */
export function summarizeTransfers(transfers: Iterable<Transfer>): string[] {
  const groups = Map.groupBy(transfers, (transfer) => transfer.action);
  const texts: string[] = [];
  for (const [action, group] of groups) {
    const active = group.filter((transfer) => !isComplete(transfer));
    const [only] = group;
    if (active.length === 0 || only === undefined) continue;
    if (group.length === 1) {
      texts.push(transferText(only));
      continue;
    }
    const current = group.reduce((sum, transfer) => sum + transfer.current, 0);
    const totals = group.map((transfer) => transfer.total);
    const total = totals.includes(undefined) ? undefined : totals.reduce<number>((sum, one) => sum + (one ?? 0), 0);
    texts.push(`${action} ${amounts(current, total, only.unit)} (${group.length - active.length}/${group.length})`);
  }
  return texts;
}

export function isComplete(transfer: Transfer): boolean {
  return transfer.total !== undefined && transfer.current >= transfer.total;
}

function amounts(current: number, total: number | undefined, unit: Transfer['unit']): string {
  const format = unit === 'bytes' ? (value: number) => formatBytes(value) : String;
  return total === undefined ? format(current) : `${format(current)} / ${format(total)}`;
}

/** Digests are shown with 12 digits. */
function shortID(id: string): string {
  return id.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}
