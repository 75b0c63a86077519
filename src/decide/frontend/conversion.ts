import { BuildError, BuildErrors, type SourceLocation } from '../../core/errors.ts';
import { Suggestions } from '../../core/match/index.ts';
import { DockerfileError, withNewerHint, type Dockerfile, type Range } from '../../language/dockerfile/index.ts';
import { makeVertex, type Op, type Vertex, type VertexMeta } from '../graph/index.ts';
import type { Digest, Platform } from '../../core/oci/index.ts';
import type { Finding } from './finding.ts';
import type { GlobalArgs } from './global-args.ts';
import { locate } from './location.ts';
import type { FrontendPorts, GraphRequest } from './request.ts';

/** What one call of the frontend works with and collects. */
export class Conversion {
  readonly request: GraphRequest;
  readonly ports: FrontendPorts;
  readonly signal: AbortSignal;
  readonly globals: GlobalArgs;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly findings: Finding[] = [];
  readonly suggestions = new Suggestions();
  private readonly faults: BuildError[] = [];
  private readonly vertices = new Map<Digest, Vertex>();
  private readonly told = new Set<string>();

  constructor(request: GraphRequest, ports: FrontendPorts, signal: AbortSignal, globals: GlobalArgs, buildArgs: Readonly<Record<string, string>>) {
    this.request = request;
    this.ports = ports;
    this.signal = signal;
    this.globals = globals;
    this.buildArgs = buildArgs;
  }

  get dockerfile(): Dockerfile {
    return this.request.dockerfile;
  }

  get targetPlatform(): Platform {
    return this.request.platform;
  }

  locate(range: Range): SourceLocation {
    return locate(this.dockerfile, range);
  }

  /** Equal vertices are one and the same: the name and place of the first one stay, and it may not come from the cache if one of them may not. */
  vertex(op: Op, inputs: readonly Vertex[], meta: VertexMeta): Vertex {
    const made = makeVertex(op, inputs, meta);
    const known = this.vertices.get(made.digest);
    if (known === undefined) {
      this.vertices.set(made.digest, made);
      return made;
    }
    if (meta.ignoreCache === true) Object.assign(known.meta, { ignoreCache: true });
    return known;
  }

  /** What a state is made of, inputs before those who use them: the order in which vertices were made. */
  verticesOf(target: Vertex): Vertex[] {
    // grows while it is gone through
    const needed = new Set([target.digest]);
    for (const digest of needed) for (const input of this.vertices.get(digest)?.inputs ?? []) needed.add(input.digest);
    return [...this.vertices.values()].filter(({ digest }) => needed.has(digest));
  }

  /** Keeps a fault of the Dockerfile, to be told with others by `throwFaults`; anything else is thrown. */
  fail(error: unknown): void {
    if (!(error instanceof BuildError) || error.family !== 'validation') throw error;
    this.faults.push(error instanceof DockerfileError ? withNewerHint(error, this.dockerfile.newerVersion) : error);
  }

  /** Errors: the fault that was kept, or all of them as BuildErrors. */
  throwFaults(): void {
    const [first, ...others] = this.faults;
    if (first === undefined) return;
    throw others.length === 0 ? first : new BuildErrors(this.faults.toSorted((a, b) => (a.location?.startLine ?? 0) - (b.location?.startLine ?? 0)));
  }

  report(finding: Finding): void {
    const key = JSON.stringify([finding.rule, finding.location.startLine, finding.rule === 'InvalidBaseImagePlatform' ? finding.image : finding.name]);
    if (this.told.has(key)) return;
    this.told.add(key);
    this.findings.push(finding);
    this.ports.warn?.(finding);
  }
}
