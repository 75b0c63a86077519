import { splitArguments, instructionKind, requireSome } from './arguments.ts';
import type { Instruction, OnbuildInstruction } from './ast.ts';
import type { Draft } from './draft.ts';
import { DockerfileError, fault } from './error.ts';
import { parseFlags } from './flags.ts';
import { parseArg } from './instructions/arg.ts';
import { parseCmd } from './instructions/command.ts';
import { parseCopy } from './instructions/copy.ts';
import { parseFrom } from './instructions/from.ts';
import { parseHealthcheck } from './instructions/healthcheck.ts';
import { parseKeyValues, parsePairs } from './instructions/key-values.ts';
import { parseRun } from './instructions/run.ts';
import { parseExpose, parseMaintainer, parseShell, parseStopsignal, parseUser, parseVolume, parseWorkdir } from './instructions/setting.ts';
import { splitInstruction } from './split-instruction.ts';

/** Errors: all of a single instruction's. */
export function buildInstruction(draft: Draft): Instruction {
  switch (draft.kind) {
    case 'from':
      return parseFrom(draft);
    case 'arg':
      return parseArg(draft);
    case 'env':
    case 'label':
      return parseKeyValues(draft.kind, draft);
    case 'run':
      return parseRun(draft);
    case 'copy':
    case 'add':
      return parseCopy(draft.kind, draft);
    case 'cmd':
    case 'entrypoint':
      return parseCmd(draft.kind, draft);
    case 'healthcheck':
      return parseHealthcheck(draft);
    case 'expose':
      return parseExpose(draft);
    case 'user':
      return parseUser(draft);
    case 'workdir':
      return parseWorkdir(draft);
    case 'volume':
      return parseVolume(draft);
    case 'stopsignal':
      return parseStopsignal(draft);
    case 'maintainer':
      return parseMaintainer(draft);
    case 'shell':
      return parseShell(draft);
    case 'onbuild':
      return parseOnbuild(draft);
    default:
      return draft.kind satisfies never;
  }
}

/** A trigger is checked in full only when a build uses it; a fault in it is no fault here, as with docker build. */
function parseOnbuild(draft: Draft): OnbuildInstruction {
  const { rest, flags, base, heredocs, escape, triggerFlags } = draft;
  requireSome('ONBUILD', draft.args);
  const parts = splitInstruction(rest);
  const upper = parts.keyword.toUpperCase();
  const kind = instructionKind(parts.keyword);
  // faults in how the text is cut are found at once, those in what it means later
  const args = kind === undefined ? { args: [], json: false } : splitArguments(kind, parts.rest, escape);
  if (kind === 'env' || kind === 'label') parsePairs(kind.toUpperCase(), parts.rest, escape);
  parseFlags(flags, {});
  if (upper === 'ONBUILD') throw fault('BAD_TRIGGER', "chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", { hint: 'Write the trigger after one ONBUILD.' });
  if (upper === 'MAINTAINER' || upper === 'FROM')
    throw fault('BAD_TRIGGER', `${upper} isn't allowed as an ONBUILD trigger`, { hint: 'Any other instruction may be a trigger.' });
  const expression = [base.original.replace(/^\s*ONBUILD\s*/i, ''), ...heredocs.map(({ raw, name }) => raw + name)].join('\n');
  const onbuild = { kind: 'onbuild' as const, ...base, expression };
  if (kind === undefined) return onbuild;
  try {
    const triggerBase = { ...base, keyword: parts.keyword, flags: triggerFlags, original: rest };
    const words = parts.flags.map(({ text }) => text);
    const trigger = buildInstruction({ kind, flags: words, rest: parts.rest, ...args, heredocs, escape, base: triggerBase, triggerFlags: [] });
    return { ...onbuild, trigger };
  } catch (error) {
    if (error instanceof DockerfileError) return onbuild;
    throw error;
  }
}
