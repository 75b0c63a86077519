import { requireOne, requireSome } from '../arguments.ts';
import type {
  ExposeInstruction,
  MaintainerInstruction,
  ShellInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
} from '../ast.ts';
import type { Draft } from '../draft.ts';
import { fault } from '../error.ts';
import { parseFlags } from '../flags.ts';
import { trim } from '../../../core/go/index.ts';

/** The instructions that only set something in the image config. Errors: BAD_ARGUMENTS, UNKNOWN_FLAG. */

export function parseExpose({ args, flags, base }: Draft): ExposeInstruction {
  requireSome('EXPOSE', args);
  parseFlags(flags, {});
  return { kind: 'expose', ...base, ports: args };
}

export function parseUser({ args, flags, base }: Draft): UserInstruction {
  const user = requireOne('USER', args);
  parseFlags(flags, {});
  return { kind: 'user', ...base, user };
}

export function parseWorkdir({ args, flags, base }: Draft): WorkdirInstruction {
  const path = requireOne('WORKDIR', args);
  parseFlags(flags, {});
  return { kind: 'workdir', ...base, path };
}

export function parseVolume({ args, json, flags, base }: Draft): VolumeInstruction {
  requireSome('VOLUME', args);
  parseFlags(flags, {});
  const paths = args.map(trim);
  if (paths.includes('')) throw fault('BAD_ARGUMENTS', 'VOLUME specified can not be an empty string', { hint: 'Write VOLUME /path.' });
  return { kind: 'volume', ...base, paths, form: json ? 'json' : 'words' };
}

/** Flags are dropped without a word, as docker build does. */
export function parseStopsignal({ args, base }: Draft): StopsignalInstruction {
  return { kind: 'stopsignal', ...base, signal: requireOne('STOPSIGNAL', args) };
}

export function parseMaintainer({ args, flags, base }: Draft): MaintainerInstruction {
  const name = requireOne('MAINTAINER', args);
  parseFlags(flags, {});
  return { kind: 'maintainer', ...base, name };
}

export function parseShell({ args, json, flags, base }: Draft): ShellInstruction {
  parseFlags(flags, {});
  requireSome('SHELL', args);
  if (!json) throw fault('BAD_ARGUMENTS', `SHELL requires the arguments to be in JSON form`, { hint: 'Write SHELL ["/bin/sh", "-c"].' });
  return { kind: 'shell', ...base, args };
}
