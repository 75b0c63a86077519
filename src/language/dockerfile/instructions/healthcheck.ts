import { requireSome } from '../arguments.ts';
import type { HealthcheckInstruction } from '../ast.ts';
import type { Draft } from '../draft.ts';
import { parseDuration } from '../duration.ts';
import { fault } from '../error.ts';
import { type Flags, parseFlags } from '../flags.ts';
import { commandOf } from './command.ts';

/** Errors: BAD_ARGUMENTS, BAD_DURATION, BAD_FLAG, and those of flags. */
export function parseHealthcheck(draft: Draft): HealthcheckInstruction {
  const { args, base } = draft;
  requireSome('HEALTHCHECK', args);
  const type = args[0]!.toUpperCase();
  const command = { ...draft, args: args.slice(1) };
  if (type === 'NONE') {
    if (command.args.length > 0)
      throw fault('BAD_ARGUMENTS', 'HEALTHCHECK NONE takes no arguments', { hint: 'Write HEALTHCHECK NONE alone, or HEALTHCHECK CMD COMMAND.' });
    return { kind: 'healthcheck', ...base };
  }
  const flags = parseFlags(draft.flags, { interval: 'string', timeout: 'string', 'start-period': 'string', 'start-interval': 'string', retries: 'string' });
  if (type !== 'CMD')
    throw fault('BAD_ARGUMENTS', `unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`, {
      hint: 'Write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE.',
    });
  if (command.args.length === 0) throw fault('BAD_ARGUMENTS', 'missing command after HEALTHCHECK CMD', { hint: 'Write HEALTHCHECK CMD COMMAND.' });
  const durations = {
    interval: parseInterval('interval', flags),
    timeout: parseInterval('timeout', flags),
    startPeriod: parseInterval('start-period', flags),
    startInterval: parseInterval('start-interval', flags),
    retries: parseRetries(flags.text('retries')),
  };
  return {
    kind: 'healthcheck',
    ...base,
    command: commandOf(command),
    ...(Object.fromEntries(Object.entries(durations).filter(([, value]) => value !== undefined)) as Partial<Record<keyof typeof durations, number>>),
  };
}

/** Nanoseconds: 0, or at least a millisecond. */
function parseInterval(name: string, flags: Flags): number | undefined {
  const text = flags.text(name);
  if (text === undefined || text === '') return undefined;
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== 0 && nanoseconds < 1e6)
    throw fault('BAD_DURATION', `interval ${JSON.stringify(name)} cannot be less than 1ms`, { hint: 'Write 0 for the default, or a time such as 30s.' });
  return nanoseconds;
}

function parseRetries(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const retries = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(retries) || Math.abs(retries) > 0x7fff_ffff)
    throw fault('BAD_FLAG', `--retries needs a whole number, not ${JSON.stringify(text)}`, { hint: 'Write --retries=3.' });
  if (retries < 0) throw fault('BAD_FLAG', `--retries cannot be negative (${retries})`, { hint: 'Write 0 for the default.' });
  return retries;
}
