import type { Mount, ValuesOf } from '../../../../language/dockerfile/index.ts';
import type { RunMount, Vertex } from '../../../graph/index.ts';
import { mainContext, mountableVertex } from '../context-origin.ts';
import { frontendError } from '../../error.ts';
import { absolutePath } from '../paths.ts';
import type { InstructionContext } from './context.ts';

/** The mounts of a RUN; what they read is added to `inputs`. Errors: STAGE_ORDER. */
export function runMounts(context: InstructionContext, values: ValuesOf<'run'>, inputs: Vertex[]): RunMount[] {
  let agents = 0;
  return values.mounts.map((mount, index) => {
    switch (mount.type) {
      case 'bind': {
        const { type: _type, from: _from, ...bind } = mount;
        const source = absolutePath('/', mount.source);
        const vertex = mountSource(context, mount, index, source);
        return { kind: 'bind', input: inputNumber(inputs, vertex), ...bind, source };
      }
      case 'cache':
        return cacheMount(context, mount, index, inputs);
      case 'tmpfs': {
        const { type: _type, ...tmpfs } = mount;
        return { kind: 'tmpfs', ...tmpfs };
      }
      case 'secret': {
        const { type: _type, ...secret } = mount;
        return { kind: 'secret', ...secret };
      }
      case 'ssh': {
        const { type: _type, ...ssh } = mount;
        const target = ssh.target ?? `/run/buildkit/ssh_agent.${agents}`;
        agents += 1;
        return { kind: 'ssh', ...ssh, target };
      }
      default:
        return mount satisfies never;
    }
  });
}

type CacheMount = Extract<Mount, { type: 'cache' }>;

function cacheMount(context: InstructionContext, mount: CacheMount, index: number, inputs: Vertex[]): RunMount {
  const { type: _type, from: _from, ...cache } = mount;
  const source = absolutePath('/', mount.source ?? '');
  const namespace = context.conversion.request.cacheMountNamespace ?? '';
  // a folder with an owner or a mode is made anew: what `from` holds does not get into it
  const isFilled = mount.from !== undefined && mount.from !== 'scratch' && !(mount.owned && source === '/');
  const input = isFilled ? { input: inputNumber(inputs, mountSource(context, mount, index, source)) } : {};
  return { kind: 'cache', ...cache, id: `${namespace}/${mount.id}`, ...input, source };
}

/** What a mount with `from` reads, else the main context. */
function mountSource(context: InstructionContext, mount: { readonly from?: string; readonly target: string }, index: number, path: string): Vertex {
  const { conversion, sources, stage } = context;
  if (mount.from === undefined) return mountableVertex(conversion, mainContext(conversion), path);
  const source = sources[index];
  if (source === undefined || !source.isConverted) {
    throw frontendError(
      'STAGE_ORDER',
      `Cannot mount from stage ${JSON.stringify(mount.from)} to ${JSON.stringify(mount.target)}: stage needs to be defined before current stage ${JSON.stringify(stage.shownName)}`,
      'Move that stage up.',
    );
  }
  return mountableVertex(conversion, source.state, path);
}

function inputNumber(inputs: Vertex[], vertex: Vertex): number {
  // input 0 is the root filesystem and no mount
  const known = inputs.indexOf(vertex, 1);
  return known > 0 ? known : inputs.push(vertex) - 1;
}
