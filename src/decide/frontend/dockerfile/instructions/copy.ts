import type { CopyValues } from '../../../../language/dockerfile/index.ts';
import type { CopyOp, CopySource, Vertex } from '../../../graph/index.ts';
import { mainContext, scratchVertex } from '../context-origin.ts';
import { frontendError } from '../../error.ts';
import { addLayerHistory } from '../history.ts';
import { absolutePath, endsAsFolder } from '../paths.ts';
import { remoteSource } from '../remote-source.ts';
import { shownInstruction } from '../vertex-name.ts';
import type { InstructionContext } from './context.ts';
import { localSource } from './copy-source.ts';

/** COPY and ADD. Errors: COPY_SOURCE, COPY_CHECKSUM, COPY_OWNER, GIT_REFERENCE, STAGE_ORDER. */
export function convertCopy(context: InstructionContext, words: CopyValues): void {
  const { stage } = context;
  const { instruction } = words;
  requireUsableChecksum(words);
  const name = shownInstruction(context.conversion, instruction.original, stage.environment);
  const stepName = context.stepName(name);
  // only numbers and root are known without the destination; --chmod makes it a plain copy, as it does for docker build
  const link = instruction.link === true && words.chmod === '';
  if (link && words.chown !== '' && !/^(?:\d+|root)(?::(?:\d+|root))?$/.test(words.chown)) {
    throw frontendError(
      'COPY_OWNER',
      `Cannot copy with --link and --chown=${words.chown}: names cannot be looked up without the destination`,
      'Give numbers, or leave out --link.',
    );
  }
  const inputs: Vertex[] = link ? [] : [stage.state];
  const sources = new SourceList(context, words, inputs, stepName);
  const op: CopyOp = {
    kind: 'copy',
    sources: sources.read(),
    destination: absolutePath(stage.workingDir, words.destination),
    destinationIsDir: endsAsFolder(words.destination),
    // as docker build has it, a $ in a pattern is a $
    exclude: instruction.exclude,
    ...(words.chown !== '' && { chown: words.chown }),
    keepOwner: sources.keepOwner,
    ...(words.chmod !== '' && { chmod: words.chmod }),
    link,
  };
  const copy = context.vertex(op, inputs, stepName);
  const isOnScratch = stage.state === scratchVertex(context.conversion);
  stage.vertex = link && !isOnScratch ? context.vertex({ kind: 'merge' }, [stage.state, copy], context.sameStepName(`LINK ${name}`)) : copy;
  addLayerHistory(stage, historyText(words), stage.vertex);
}

function requireUsableChecksum({ instruction, checksum, sources }: CopyValues): void {
  if (checksum === '') return;
  const fail = (found: string): Error =>
    frontendError('COPY_CHECKSUM', `Cannot use --checksum: ${found}`, 'Give one http, https or git source to each ADD with --checksum.');
  if (instruction.kind === 'copy') throw fail("checksum can't be specified for COPY");
  if (sources.length !== 1 || instruction.heredocs.length > 0) throw fail("checksum can't be specified for multiple sources");
  if (remoteSource(sources[0] ?? '', { keepGitDir: instruction.keepGitDir }) === undefined) throw fail('checksum requires HTTP(S) or Git sources');
}

/** The sources of one copy, and the vertices that they are read from. */
class SourceList {
  /** Files of stages and images keep their owners. */
  keepOwner = false;
  private readonly context: InstructionContext;
  private readonly words: CopyValues;
  private readonly inputs: Vertex[];
  private readonly stepName: string;

  constructor(context: InstructionContext, words: CopyValues, inputs: Vertex[], stepName: string) {
    this.context = context;
    this.words = words;
    this.inputs = inputs;
    this.stepName = stepName;
  }

  /** Heredocs come after the paths. */
  read(): CopySource[] {
    return [...this.words.sources.map((source) => this.readSource(source)), ...this.words.heredocs.map((heredoc) => ({ kind: 'inline' as const, ...heredoc }))];
  }

  private readSource(text: string): CopySource {
    const { kind, keepGitDir, unpack } = this.words.instruction;
    const remote = remoteSource(text, { checksum: this.words.checksum, keepGitDir });
    if (remote === undefined) {
      const unpackLocal = unpack ?? kind === 'add';
      return localSource(text, this.input(this.contextVertex()), { parents: this.words.instruction.parents === true, unpack: unpackLocal ? 'auto' : false });
    }
    if (kind === 'copy') {
      throw frontendError('COPY_SOURCE', `Cannot copy ${text}: source can't be a ${remote.kind === 'git' ? 'git ref' : 'URL'} for COPY`, 'Use ADD.');
    }
    const input = this.input(this.context.vertex(remote, [], this.stepName));
    const base = { kind: 'paths', input, wildcard: false, allowEmpty: false } as const;
    if (remote.kind === 'git') return { ...base, pattern: '/', contentsOnly: true, unpack: false };
    return { ...base, pattern: `/${remote.filename ?? ''}`, contentsOnly: false, unpack: unpack === true ? 'auto' : false };
  }

  /** What paths are read from: a stage, an image, a named context, or the main one. */
  private contextVertex(): Vertex {
    const { conversion, sources, stage } = this.context;
    const source = sources[0];
    if (source === undefined) return this.keepingOwners(mainContext(conversion));
    if (!source.isConverted) {
      throw frontendError(
        'STAGE_ORDER',
        `Cannot copy from stage ${JSON.stringify(this.words.instruction.from)}: it needs to be defined before current stage ${JSON.stringify(stage.shownName)}`,
        'Move that stage up.',
      );
    }
    return this.keepingOwners(source.state);
  }

  private keepingOwners(vertex: Vertex): Vertex {
    const { op } = vertex;
    this.keepOwner = op.kind === 'local' ? op.keepOwner === true : op.kind !== 'git' && op.kind !== 'http';
    return vertex;
  }

  private input(vertex: Vertex): number {
    // the state that is copied onto is an input of its own even where it is also copied from
    const first = this.words.instruction.link === true && this.words.chmod === '' ? 0 : 1;
    const known = this.inputs.indexOf(vertex, first);
    if (known >= 0) return known;
    return this.inputs.push(vertex) - 1;
  }
}

/** Flags that do not change the result have no place in the text. */
function historyText(words: CopyValues): string {
  const { instruction } = words;
  const parts = [instruction.kind.toUpperCase()];
  if (instruction.parents === true) parts.push('--parents');
  if (words.chown !== '') parts.push(`--chown=${words.chown}`);
  if (words.chmod !== '') parts.push(`--chmod=${words.chmod}`);
  parts.push(...words.sources, ...instruction.heredocs.map(({ name }) => `<<${name}`), words.destination);
  return `${parts.join(' ')} # buildkit`;
}
