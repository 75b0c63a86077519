import { evaluateGlobalArgs, expandWord, type ArgInstruction, type CopyInstruction, type Stage, type Variables } from '../../../language/dockerfile/index.ts';
import type { GitOp, HttpOp } from '../../graph/index.ts';
import { throwGlobalFault } from './build-graph.ts';
import { atLocation, frontendError } from '../error.ts';
import { locate } from './location.ts';
import { findNamedContext } from './named-contexts.ts';
import { remoteSource } from './remote-source.ts';
import type { DockerfileRequest } from './dockerfile-request.ts';

/** Where the time of the build comes from. */
export type SourceDateEpoch =
  /** Seconds since 1970. */
  | { readonly kind: 'seconds'; readonly seconds: number }
  /** The latest time of the main context: of its commit, its archive. */
  | { readonly kind: 'context' }
  /** The same of a named context, as it is called in the request. */
  | { readonly kind: 'named-context'; readonly name: string }
  /** The time of the commit or of the file that the stage adds. */
  | { readonly kind: 'source'; readonly stage: string; readonly source: GitOp | HttpOp };

const name = 'SOURCE_DATE_EPOCH';

/** Reads the build arg SOURCE_DATE_EPOCH, else the global ARG; undefined where neither says anything. Errors: SOURCE_DATE_EPOCH. */
export function findSourceDateEpoch(
  request: Pick<DockerfileRequest, 'dockerfile' | 'platform' | 'buildPlatform' | 'buildArgs' | 'namedContexts' | 'target'>,
): SourceDateEpoch | undefined {
  const { dockerfile, platform, buildPlatform, target, buildArgs = {} } = request;
  const globals = evaluateGlobalArgs(dockerfile, { targetPlatform: platform, buildPlatform, target, buildArgs });
  throwGlobalFault({ dockerfile, globals });
  const environment = globals.variables;
  const value = (Object.hasOwn(buildArgs, name) ? buildArgs[name] : environment.get(name)) ?? '';
  if (value === '') return undefined;
  if (/^[+-]?\d+$/.test(value)) return readSeconds(value);
  if (value === 'context') return { kind: 'context' };
  const context = findNamedContext({ namedContexts: request.namedContexts }, value, platform);
  if (context !== undefined) return { kind: 'named-context', name: context };
  const found = dockerfile.stages.find((candidate) => candidate.name === value.toLowerCase());
  if (found === undefined) {
    throw frontendError(
      'SOURCE_DATE_EPOCH',
      `Cannot use ${name}=${value}: invalid SOURCE_DATE_EPOCH: ${value}`,
      'Give seconds since 1970, context, or the name of a context or stage.',
    );
  }
  try {
    environment.delete(name);
    return { kind: 'source', stage: found.name ?? value, source: new StageReader(dockerfile.escape, environment, buildArgs).read(found) };
  } catch (error) {
    throw atLocation(error, locate(dockerfile, found.from.range));
  }
}

function readSeconds(value: string): SourceDateEpoch {
  const seconds = Number(value);
  // what a layer and an image config can hold
  if (Math.abs(seconds) <= 8_640_000_000_000) return { kind: 'seconds', seconds };
  throw frontendError('SOURCE_DATE_EPOCH', `Cannot use ${name}=${value}: it is out of range`, 'Give seconds since 1970.');
}

/** A stage that says where a time comes from: FROM scratch, ARGs, and one ADD of a URL or repository. */
class StageReader {
  private readonly escape: '\\' | '`';
  private readonly environment: Variables;
  private readonly buildArgs: Readonly<Record<string, string>>;

  constructor(escape: '\\' | '`', environment: Variables, buildArgs: Readonly<Record<string, string>>) {
    this.escape = escape;
    this.environment = environment;
    this.buildArgs = buildArgs;
  }

  read(stage: Stage): GitOp | HttpOp {
    if (this.expand(stage.from.image) !== 'scratch') throw refuse('SOURCE_DATE_EPOCH stage must use FROM scratch');
    let source: GitOp | HttpOp | undefined;
    for (const instruction of stage.instructions) {
      if (instruction.kind === 'arg') this.readArgs(instruction);
      else if (instruction.kind !== 'add') throw refuse(`unsupported ${instruction.keyword.toUpperCase()} instruction`);
      else if (source !== undefined) throw refuse('SOURCE_DATE_EPOCH stage must contain exactly one remote ADD');
      else source = this.readAdd(instruction);
    }
    if (source === undefined) throw refuse('SOURCE_DATE_EPOCH stage must contain exactly one remote ADD');
    return source;
  }

  private readArgs({ args }: ArgInstruction): void {
    for (const { key, value } of args) {
      const given = Object.hasOwn(this.buildArgs, key) ? this.buildArgs[key] : undefined;
      const result = given ?? (value === undefined ? undefined : this.expand(value));
      if (result !== undefined) this.environment.set(key, result);
    }
  }

  private readAdd({ sources, heredocs, checksum, keepGitDir }: CopyInstruction): GitOp | HttpOp {
    const [text] = sources;
    if (text === undefined || sources.length !== 1 || heredocs.length > 0) throw refuse('SOURCE_DATE_EPOCH stage must contain exactly one remote ADD source');
    const source = remoteSource(this.expand(text), { checksum: this.expand(checksum ?? ''), keepGitDir });
    if (source === undefined) throw refuse('SOURCE_DATE_EPOCH stage source must be a single HTTP(S) or Git ADD');
    return source;
  }

  private expand(text: string): string {
    return expandWord(text, { escape: this.escape, lookup: (variable) => this.environment.get(variable) });
  }
}

function refuse(found: string): Error {
  return frontendError(
    'SOURCE_DATE_EPOCH',
    `Cannot take the time of the build from a stage: ${found}`,
    'Write FROM scratch, and one ADD of a URL or git repository.',
  );
}
