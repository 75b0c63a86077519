/** For tests: a frontend over a few images that are only configs. */
import { parseDockerfile } from '../../../language/dockerfile/index.ts';
import type { Op, Vertex } from '../../graph/index.ts';
import { digestOf, parseDiffID, type ImageConfig, type Platform } from '../../../core/oci/index.ts';
import { buildGraph } from './build-graph.ts';
import type { DockerfileRequest } from './dockerfile-request.ts';
import type { ContextOrigin, FrontendPorts, GraphRequest, GraphResult, ResolvedImage } from '../request.ts';

export const amd64: Platform = { os: 'linux', architecture: 'amd64' };
export const arm64: Platform = { os: 'linux', architecture: 'arm64' };

export const baseConfig: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['PATH=/bin', 'FOO=basefoo'], Cmd: ['/bin/sh'], WorkingDir: '/srv' },
  rootfs: { type: 'layers', diff_ids: [parseDiffID(`sha256:${'1'.repeat(64)}`)] },
  history: [{ created: '2020-01-01T00:00:00Z', created_by: 'base layer' }],
};

export interface Fixture {
  readonly request: DockerfileRequest;
  readonly ports: FrontendPorts;
  /** References asked for, in order. */
  readonly asked: string[];
}

export interface FixtureOptions extends Partial<GraphRequest> {
  /** Configs by full reference; any other name is `baseConfig`. */
  readonly images?: Readonly<Record<string, Partial<ImageConfig>>>;
  readonly contexts?: Readonly<Record<string, ContextOrigin>>;
}

export function fixture(text: string, { images = {}, contexts = {}, ...request }: FixtureOptions = {}): Fixture {
  const asked: string[] = [];
  return {
    asked,
    request: {
      dockerfile: parseDockerfile(text, { file: 'Dockerfile' }),
      platform: amd64,
      buildPlatform: amd64,
      ...(Object.keys(contexts).length > 0 && { namedContexts: Object.keys(contexts) }),
      ...request,
    },
    ports: {
      async resolveImageConfig(ref, platform) {
        asked.push(ref);
        return Promise.resolve(imageOf(ref, platform, images[ref]));
      },
      async resolveNamedContext(name) {
        const origin = contexts[name];
        if (origin === undefined) throw new Error(`unexpected context ${name}`);
        return Promise.resolve(origin);
      },
    },
  };
}

export async function graphOf(text: string, options: FixtureOptions = {}): Promise<GraphResult> {
  const { request, ports } = fixture(text, options);
  return buildGraph(request, ports);
}

export function imageOf(ref: string, platform: Platform, config: Partial<ImageConfig> = {}): ResolvedImage {
  return { ref, manifest: digestOf(ref), platform, config: { ...baseConfig, architecture: platform.architecture, ...config } };
}

/** `E` or `L` for an empty entry or a layer, and the text, without what the base brought. */
export function ownHistory(graph: GraphResult): string[] {
  return graph.history.filter(({ comment }) => comment !== undefined).map(({ emptyLayer, createdBy }) => `${emptyLayer ? 'E' : 'L'} ${createdBy}`);
}

export function stepNames(graph: GraphResult): string[] {
  return graph.vertices.map(({ meta }) => meta.name).filter((name) => !name.startsWith('[internal]'));
}

/** The last vertex with an op of the kind. */
export function lastOp<K extends Op['kind']>(graph: GraphResult, kind: K): Extract<Op, { kind: K }> {
  const found = graph.vertices.findLast((vertex) => vertex.op.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} vertex`);
  return found.op as Extract<Op, { kind: K }>;
}

export function lastVertex(graph: GraphResult, kind: Op['kind']): Vertex {
  const found = graph.vertices.findLast((vertex) => vertex.op.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} vertex`);
  return found;
}
