import type { Command, CopyInstruction, Dockerfile, Heredoc, HealthcheckInstruction, Instruction, KeyValue, RunInstruction } from './ast.ts';
import { parseInstruction } from './parse.ts';

/** Text that parses to the same instructions: one a line, here-documents below, comments above. An instruction with comments within it is printed as it was written. */
export function printDockerfile(dockerfile: Dockerfile): string {
  const { directives, globalArgs, stages, escape } = dockerfile;
  const lines = directives.map(({ name, value }) => `# ${name}=${value}`);
  // so that a comment at the top is not taken for one more directive
  lines.push('');
  for (const instruction of globalArgs) lines.push(...withComments(instruction, escape));
  for (const { from, instructions } of stages) {
    if (lines.length > 1) lines.push('');
    for (const instruction of [from, ...instructions]) lines.push(...withComments(instruction, escape));
  }
  if (directives.length === 0 && !lines[1]?.startsWith('#')) lines.shift();
  return `${lines.join('\n')}\n`;
}

/**
 * One instruction with its here-documents, without the comments above it and without a line break at the end. Comments within it keep their places; where a program
 * has changed the instruction, they follow its first word.
 */
export function printInstruction(instruction: Instruction, escape: '\\' | '`' = '\\'): string {
  const text = compose(instruction);
  // some texts can only be said as they were written, for instance one longer than a line may be
  const choices = [() => text, () => instruction.source, () => commented(text, instruction, escape)];
  for (const choice of choices) {
    const printed = choice();
    if (meansTheSame(printed, instruction, escape)) return printed;
  }
  return text;
}

/** The comments on lines of their own, after a first line that is only the instruction's first word. */
function commented(text: string, { keyword, commentsWithin }: Instruction, escape: '\\' | '`'): string {
  const comments = commentsWithin.map((comment) => `# ${comment.text}`);
  return [`${keyword} ${escape}`, ...comments, text.slice(keyword.length + 1)].join('\n');
}

function withComments(instruction: Instruction, escape: '\\' | '`'): string[] {
  return [...instruction.comments.map(({ text }) => `# ${text}`), printInstruction(instruction, escape)];
}

function compose(instruction: Instruction): string {
  const { keyword } = instruction;
  switch (instruction.kind) {
    case 'from':
      return join(
        keyword,
        flag('platform', instruction.platform),
        instruction.image,
        instruction.name === undefined ? '' : `${instruction.asKeyword ?? 'AS'} ${instruction.name}`,
      );
    case 'arg':
      return join(keyword, ...instruction.args.map(pairText));
    case 'env':
    case 'label': {
      const [first] = instruction.pairs;
      return instruction.legacy ? join(keyword, `${first?.key ?? ''} ${first?.value ?? ''}`) : join(keyword, ...instruction.pairs.map(pairText));
    }
    case 'run':
      return withBodies(join(keyword, ...runFlags(instruction), commandText(instruction.command)), bodiesOf(instruction.command));
    case 'copy':
    case 'add':
      return composeCopy(instruction);
    case 'cmd':
    case 'entrypoint':
      return join(keyword, commandText(instruction.command));
    case 'healthcheck':
      return join(keyword, ...healthFlags(instruction), instruction.command === undefined ? 'NONE' : `CMD ${commandText(instruction.command)}`);
    case 'expose':
      return join(keyword, ...instruction.ports);
    case 'user':
      return join(keyword, operand(instruction.user));
    case 'workdir':
      return join(keyword, operand(instruction.path));
    case 'volume':
      return join(keyword, instruction.form === 'json' ? JSON.stringify(instruction.paths) : instruction.paths.join(' '));
    case 'stopsignal':
      return join(keyword, operand(instruction.signal));
    case 'maintainer':
      return join(keyword, operand(instruction.name));
    case 'shell':
      return join(keyword, JSON.stringify(instruction.args));
    case 'onbuild':
      return join(keyword, instruction.expression);
    default:
      return instruction satisfies never;
  }
}

function composeCopy(instruction: CopyInstruction): string {
  const { keyword, sources, heredocs, destination } = instruction;
  const flags = [
    flag('from', instruction.from),
    flag('chown', instruction.chown),
    flag('chmod', instruction.chmod),
    flag('link', instruction.link),
    flag('parents', instruction.parents),
    flag('checksum', instruction.checksum),
    flag('keep-git-dir', instruction.keepGitDir),
    flag('unpack', instruction.unpack),
    ...instruction.exclude.map((pattern) => flag('exclude', pattern)),
  ];
  const words = [...sources, destination];
  const plain = words.every((word) => /^[^\s[-]\S*$/.test(word));
  if (!plain && heredocs.length === 0) return join(keyword, ...flags, JSON.stringify(words));
  return withBodies(join(keyword, ...flags, ...sources, ...heredocs.map(heredocWord), destination), heredocs);
}

function runFlags({ mounts, network, security, devices }: RunInstruction): string[] {
  return [
    ...mounts.map(({ text }) => flag('mount', text)),
    flag('network', network),
    flag('security', security),
    ...devices.map((device) => flag('device', device)),
  ];
}

function healthFlags({ interval, timeout, startPeriod, startInterval, retries }: HealthcheckInstruction): string[] {
  return [
    flag('interval', durationText(interval)),
    flag('timeout', durationText(timeout)),
    flag('start-period', durationText(startPeriod)),
    flag('start-interval', durationText(startInterval)),
    flag('retries', retries === undefined ? undefined : String(retries)),
  ];
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function flag(name: string, value: string | boolean | undefined): string {
  if (value === undefined) return '';
  if (value === true) return `--${name}`;
  const text = String(value);
  return `--${name}=${/[\s'"\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text}`;
}

/** `--` keeps what follows from being read as a flag. */
function operand(text: string): string {
  return text.startsWith('--') ? `-- ${text}` : text;
}

function pairText({ key, value }: KeyValue): string {
  return value === undefined ? key : `${key}=${value}`;
}

function commandText(command: Command): string {
  return command.form === 'exec' ? JSON.stringify(command.args) : operand(command.text);
}

function bodiesOf(command: Command): readonly Heredoc[] {
  return command.form === 'exec' ? [] : command.heredocs;
}

function withBodies(line: string, heredocs: readonly Heredoc[]): string {
  return [line, ...heredocs.map(({ raw, name }) => raw + name)].join('\n');
}

function heredocWord({ name, chomp, expand, fileDescriptor }: Heredoc): string {
  return `${fileDescriptor === 0 ? '' : fileDescriptor}<<${chomp ? '-' : ''}${expand ? name : `"${name}"`}`;
}

function durationText(nanoseconds: number | undefined): string | undefined {
  if (nanoseconds === undefined) return undefined;
  if (nanoseconds % 1e9 === 0) return `${nanoseconds / 1e9}s`;
  return nanoseconds % 1e6 === 0 ? `${nanoseconds / 1e6}ms` : `${nanoseconds}ns`;
}

function meansTheSame(text: string, instruction: Instruction, escape: '\\' | '`'): boolean {
  try {
    return meaning(parseInstruction(text, { file: '', escape })) === meaning(instruction);
  } catch {
    return false;
  }
}

/** All that a build sees of an instruction, and the text of the comments within it. */
function meaning(instruction: Instruction): string {
  const where = ['range', 'flags', 'original', 'source', 'comments', 'checkSkip', 'description'];
  const clean = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).filter(([key]) => !where.includes(key));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(instruction, clean);
}
