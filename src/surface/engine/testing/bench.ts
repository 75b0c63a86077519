import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf, mediaTypes, nodePlatform, type Descriptor } from '../../../core/oci/index.ts';
import { FakeRegistry } from '../../../host/registry/fake-registry.ts';
import { encodeHeader, endOfTarBytes, type TarHeader } from '../../../core/tar/index.ts';
import { findProgram } from '../../../host/sys/index.ts';
import { build } from '../build.ts';
import type { Environment } from '../../request/index.ts';
import type { BuildEvent, BuildResult } from '../../progress/index.ts';
import type { BuildRequest } from '../../request/index.ts';

/** By path; a path that ends with `/` is a folder, `link` makes a symlink. */
export type Files = Readonly<Record<string, string | Buffer | { readonly link: string }>>;

/** What came of one build. */
export interface Outcome {
  readonly events: readonly BuildEvent[];
  /** Undefined where it failed. */
  readonly result: BuildResult | undefined;
  readonly error: unknown;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly environment?: Environment;
  readonly onEvent?: (event: BuildEvent) => void;
}

/** For tests: a store, a context and a registry with an image to build on, all of them gone on disposal. */
export class Bench implements AsyncDisposable {
  readonly folder: string;
  readonly store: string;
  readonly context: string;
  readonly registry: FakeRegistry;

  private constructor(folder: string, registry: FakeRegistry) {
    this.folder = folder;
    this.store = join(folder, 'store');
    this.context = join(folder, 'context');
    this.registry = registry;
    mkdirSync(this.context);
  }

  static async open(): Promise<Bench> {
    return new Bench(mkdtempSync(join(tmpdir(), 'ossb-build-')), await FakeRegistry.start());
  }

  /** Puts an image of one layer with these files into the registry and gives its reference. */
  addBase(name: string, files: Files): { readonly ref: string; readonly layer: Descriptor; readonly diffID: string } {
    return addImage(this.registry, name, files);
  }

  /** Files of the context. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.context, path)), { recursive: true });
      writeFileSync(join(this.context, path), content);
    }
  }

  /** Builds to the end, whatever that is. */
  async run(dockerfileText: string, request: Partial<BuildRequest> = {}, options: RunOptions = {}): Promise<Outcome> {
    const environment: Environment = { env: { PATH: process.env['PATH'], HOME: this.folder }, cwd: this.folder, ...options.environment };
    const running = build({ context: { kind: 'dir', path: this.context }, root: this.store, dockerfileText, ...request }, options.signal, environment);
    const events: BuildEvent[] = [];
    for await (const event of running) {
      events.push(event);
      options.onEvent?.(event);
    }
    try {
      return { events, result: await running.result, error: undefined };
    } catch (error) {
      return { events, result: undefined, error };
    }
  }

  /** As `run`, of a build that must succeed. */
  async succeed(
    dockerfileText: string,
    request: Partial<BuildRequest> = {},
    options: RunOptions = {},
  ): Promise<{ events: readonly BuildEvent[]; result: BuildResult }> {
    const { events, result, error } = await this.run(dockerfileText, request, options);
    if (result === undefined) throw error;
    return { events, result };
  }

  /** What is left below the store's folder for temporary files. */
  temporaries(): string[] {
    return readdirSync(join(this.store, 'tmp'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Why no layer can be written here, or false: for the `skip` of tests. */
export function noNamespaces(): string | false {
  return process.geteuid?.() === 0 ? false : 'not root';
}

/** Why no step can be executed here, or false. */
export function noContainers(): string | false {
  const path = process.env['PATH'];
  const runtime = findProgram('crun', path) ?? findProgram('runc', path);
  return noNamespaces() || (runtime === undefined || findBusybox() === undefined ? 'crun (or runc) and busybox are to be installed' : false);
}

/** The files of a base in which shell scripts run. */
export function shellFiles(): Files {
  const names = ['sh', 'cat', 'sleep', 'touch', 'ls'].map((name) => [`bin/${name}`, { link: 'busybox' }] as const);
  return { 'bin/': '', 'bin/busybox': readFileSync(findBusybox()!), ...Object.fromEntries(names) };
}

/** One that needs no libraries, as Debian's busybox-static is. */
function findBusybox(): string | undefined {
  return findProgram('busybox', process.env['PATH']);
}

export function activities(events: readonly BuildEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'activity' ? [event.activity] : []));
}

/** Names of the steps that ended so. */
export function stepsThat(ended: 'cached' | 'done' | 'failed' | 'canceled', events: readonly BuildEvent[]): string[] {
  const names = new Map(events.flatMap((event) => (event.kind === 'step' ? [[event.vertex, event.name] as const] : [])));
  return events.flatMap((event) => (event.kind === ended ? [names.get(event.vertex) ?? event.vertex] : []));
}

export function addImage(registry: FakeRegistry, name: string, files: Files): { readonly ref: string; readonly layer: Descriptor; readonly diffID: string } {
  const tar = tarOf(files);
  const blob = gzipSync(tar);
  const layer: Descriptor = { mediaType: mediaTypes.ociLayerGzip, digest: digestOf(blob), size: blob.length };
  const diffID = digestOf(tar);
  const { architecture, os } = nodePlatform(process.platform, process.arch);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os,
      config: { Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [diffID] },
      history: [{ created: '2024-01-01T00:00:00Z', created_by: 'base' }],
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length },
      layers: [layer],
    }),
  );
  registry.blobs.set(layer.digest, blob);
  registry.blobs.set(digestOf(config), config);
  const [repository = name, tag = 'latest'] = name.split(':');
  registry.addManifest(repository, tag, manifest, mediaTypes.ociManifest);
  return { ref: `${registry.host}/${name}`, layer, diffID };
}

export function tarOf(files: Files): Buffer {
  const parts: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const link = typeof content === 'string' || Buffer.isBuffer(content) ? '' : content.link;
    const data = typeof content === 'string' ? Buffer.from(content) : Buffer.isBuffer(content) ? content : Buffer.alloc(0);
    const type = name.endsWith('/') ? 'dir' : link === '' ? 'file' : 'symlink';
    const entry: TarHeader = { name, type, mode: 0o755, uid: 0, gid: 0, size: data.length, mtimeSec: 1, mtimeNs: 0, link, major: 0, minor: 0 };
    const block = Buffer.alloc(512);
    encodeHeader(entry, block, 0);
    parts.push(block, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(endOfTarBytes)]);
}
