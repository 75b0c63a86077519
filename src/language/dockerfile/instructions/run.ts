import type { RunInstruction } from '../ast.ts';
import { parseDevice } from '../device.ts';
import type { Draft } from '../draft.ts';
import { fault } from '../error.ts';
import { parseFlags } from '../flags.ts';
import { checkMountText } from '../mount.ts';
import { nearest } from '../../../core/match/index.ts';
import { commandOf } from './command.ts';

/** Errors: BAD_FLAG, BAD_MOUNT, BAD_DEVICE, and those of flags. Most of a mount is checked by `valueFaults`, and when its variables are known. */
export function parseRun(draft: Draft): RunInstruction {
  if (draft.flags.length === 0) return { kind: 'run', ...draft.base, command: commandOf(draft), mounts: none, devices: none };
  const flags = parseFlags(draft.flags, { mount: 'list', network: 'string', security: 'string', device: 'list' });
  const network = flags.text('network');
  const security = flags.text('security');
  if (network !== undefined) requireOneOf('network mode', network, ['default', 'none', 'host']);
  if (security !== undefined) requireOneOf('security mode', security, ['sandbox', 'insecure']);
  const mounts = flags.list('mount');
  for (const text of mounts) checkMountText(text);
  const devices = flags.list('device');
  for (const text of devices) parseDevice(text);
  return {
    kind: 'run',
    ...draft.base,
    command: commandOf(draft),
    mounts: mounts.map((text) => ({ text })),
    devices,
    ...(network === undefined ? {} : { network }),
    ...(security === undefined ? {} : { security }),
  };
}

const none: readonly never[] = [];

function requireOneOf(what: string, value: string, valid: readonly string[]): void {
  if (valid.includes(value)) return;
  const name = nearest(value, valid, { caseSensitive: true });
  throw fault('BAD_FLAG', `invalid ${what} ${JSON.stringify(value)}`, {
    hint: name === undefined ? `Use one of ${valid.join(', ')}.` : `Did you mean ${name}?`,
  });
}
