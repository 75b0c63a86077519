import { BuildError, BuildErrors, type SourceLocation } from '../../../core/errors.ts';
import { DockerfileError, withNewerHint, type Dockerfile, type FileHead, type ImageTrace, type Range } from '../../../language/dockerfile/index.ts';
import { makeVertex, type Op, type Vertex, type VertexMeta } from '../../graph/index.ts';
import type { Digest, Platform } from '../../../core/oci/index.ts';
import type { Finding } from '../finding.ts';
import { locate } from './location.ts';
import type { DockerfileRequest } from './dockerfile-request.ts';
import type { FrontendPorts } from '../request.ts';

/** What one call of the frontend works with and collects. */
export class Conversion {
  readonly request: DockerfileRequest;
  readonly ports: FrontendPorts;
  readonly signal: AbortSignal;
  /** The global ARGs and the FROMs, evaluated. */
  readonly head: FileHead;
  readonly findings: Finding[] = [];
  /** What was looked up outside of the file. */
  readonly images: ImageTrace[] = [];
  private readonly faults: BuildError[] = [];
  private readonly vertices = new Map<Digest, Vertex>();
  private readonly reported = new Set<string>();

  constructor(request: DockerfileRequest, ports: FrontendPorts, signal: AbortSignal, head: FileHead) {
    this.request = request;
    this.ports = ports;
    this.signal = signal;
    this.head = head;
  }

  get dockerfile(): Dockerfile {
    return this.request.dockerfile;
  }

  /** As steps see them. */
  get buildArgs(): Readonly<Record<string, string>> {
    return this.head.input.buildArgs ?? {};
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

  /** Keeps a fault of the Dockerfile, to be reported with others by `throwFaults`; anything else is thrown. */
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
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.findings.push(finding);
  }
}
