import { parseHeredocWord, type Command, type ValuesOf } from '../../../../language/dockerfile/index.ts';
import type { RunOp } from '../../../graph/index.ts';
import { frontendError } from '../../error.ts';
import { addLayerHistory } from '../history.ts';
import { cleanGoPath } from '../../../../core/go/index.ts';
import { proxyVariables } from '../proxy-variables.ts';
import type { StageState } from '../stage.ts';
import { shownRun } from '../vertex-name.ts';
import type { InstructionContext } from './context.ts';
import { runMounts } from './run-mounts.ts';
import { shellCommand } from './shell.ts';

/** Errors: STAGE_ORDER, NETWORK, SECURITY. */
export function convertRun(context: InstructionContext, values: ValuesOf<'run'>): void {
  const { conversion, stage } = context;
  const { request } = conversion;
  const { instruction, devices } = values;
  const { text, files, note } = scriptOf(instruction.command);
  const args = instruction.command.form === 'exec' ? [...instruction.command.args] : shellCommand(stage.image, text);
  const inputs = [stage.state];
  const mounts = runMounts(context, values, inputs);
  const secretNames = new Set(mounts.flatMap((mount) => (mount.kind === 'secret' && mount.env !== undefined ? [mount.env] : [])));
  const op: RunOp = {
    kind: 'run',
    args,
    env: stage.environment.list(),
    uncachedEnv: proxyVariables(conversion.buildArgs),
    cwd: cleanGoPath(stage.workingDir),
    user: stage.image.config.User ?? '',
    network: readNetwork(instruction.network, request.network ?? 'default'),
    security: readSecurity(instruction.security),
    ...(request.hostname ? { hostname: request.hostname } : {}),
    extraHosts: request.addHosts ?? [],
    mounts,
    files,
    platform: context.platform,
    ...(request.shmSizeBytes ? { shmSizeBytes: request.shmSizeBytes } : {}),
    devices,
  };
  stage.vertex = context.advance(op, inputs, shownRun(conversion, instruction.original + note, stage.environment, secretNames));
  addLayerHistory(stage, `RUN ${[...declaredArgs(stage), ...args].join(' ')} # buildkit`, stage.vertex);
}

/** What the shell is given. */
interface Script {
  readonly text: string;
  readonly files: RunOp['files'];
  /** Shown after the instruction. */
  readonly note: string;
}

/**
 * One heredoc as the whole command is the script itself; with a `#!` line it is a file that is executed. Any other heredoc is the shell's business: it gets the
 * lines as they stand.
 */
function scriptOf(command: Command): Script {
  if (command.form === 'exec') return { text: '', files: [], note: '' };
  const { text, heredocs } = command;
  const [only] = heredocs;
  if (only === undefined) return { text, files: [], note: '' };
  if (parseHeredocWord(text) === undefined) {
    return { text: [text, ...heredocs.map(({ raw, name }) => raw + name)].join('\n'), files: [], note: '' };
  }
  const note = ` (${summary(only.raw)})`;
  // as it is written: after tabs, even those that <<- drops, it is no #! line to docker build
  if (!only.raw.startsWith('#!')) return { text: only.content, files: [], note };
  const path = `/dev/pipes/${only.name}`;
  return { text: path, files: [{ path, content: only.content, mode: 0o755 }], note };
}

/** The first line, and whether there are more. */
function summary(script: string): string {
  const [first = '', ...rest] = script.trim().split(/\r?\n/);
  return rest.length > 0 ? `${first}...` : first;
}

/** `|2 a=1 b=2`: the ARGs so far with the values that they have now. */
function declaredArgs({ buildArgs, environment }: StageState): string[] {
  if (buildArgs.length === 0) return [];
  const values = new Map(buildArgs.map(({ name, value }) => [name, environment.get(name) ?? value ?? '']));
  return [`|${values.size}`, ...[...values].map(([name, value]) => `${name}=${value}`)];
}

function readNetwork(network: string | undefined, fallback: RunOp['network']): RunOp['network'] {
  if (network === undefined || network === '' || network === 'default') return fallback;
  if (network === 'none' || network === 'host') return network;
  throw frontendError('NETWORK', `Cannot use --network=${network}: unsupported network mode ${JSON.stringify(network)}`, 'Use default, none or host.');
}

function readSecurity(security: string | undefined): RunOp['security'] {
  if (security === undefined || security === '' || security === 'sandbox') return 'sandbox';
  if (security === 'insecure') return security;
  throw frontendError('SECURITY', `Cannot use --security=${security}: unsupported security mode ${JSON.stringify(security)}`, 'Use sandbox or insecure.');
}
