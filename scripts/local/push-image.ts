import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob, statSync } from 'node:fs';
import { findTool } from './tool.ts';

export interface PlatformImage {
  readonly os: string;
  readonly architecture: string;
  /** Plain tars, lowest first; or compressed ones with the diffID that the config is to claim, true or not. */
  readonly layers: readonly (string | { readonly gzip: string; readonly diffID: string })[];
  /** The `config` part of the image config: Env, Cmd, WorkingDir and so on. */
  readonly config: Readonly<Record<string, unknown>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** Pushes plain tars as an image (an index where there are several platforms), over plain HTTP. Independent of the engine on purpose: tests use it as oracle. */
export async function pushImage(address: string, repository: string, tags: readonly string[], platforms: readonly PlatformImage[]): Promise<string> {
  const base = `http://${address}/v2/${repository}`;
  const manifests: Descriptor[] = [];
  for (const platform of platforms) manifests.push(await pushPlatform(base, platform));
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
  let digest = '';
  for (const tag of tags) digest = (await putManifest(base, tag, index.mediaType, index)).digest;
  return digest;
}

async function pushPlatform(base: string, image: PlatformImage): Promise<Descriptor> {
  const layers: Descriptor[] = [];
  const diffIDs: string[] = [];
  for (const layer of image.layers) {
    diffIDs.push(typeof layer === 'string' ? await digestOf(layer) : layer.diffID);
    layers.push(await pushLayer(base, typeof layer === 'string' ? compress(layer) : layer.gzip));
  }
  const config = Buffer.from(
    JSON.stringify({
      architecture: image.architecture,
      os: image.os,
      created: '2024-01-01T00:00:00Z',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: diffIDs },
      history: diffIDs.map(() => ({ created: '2024-01-01T00:00:00Z', created_by: 'stand-in made of Debian packages' })),
    }),
  );
  const configDigest = sha256(config);
  await putBlob(base, configDigest, new Blob([config]));
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
    layers,
  };
  const { digest, size } = await putManifest(base, undefined, manifest.mediaType, manifest);
  return { mediaType: manifest.mediaType, digest, size, platform: { os: image.os, architecture: image.architecture } };
}

function compress(tar: string): string {
  const zipped = `${tar}.gz`;
  execFileSync('sh', ['-c', `${findTool('igzip') === undefined ? 'gzip -n' : 'igzip -n'} -3 -c < "$1" > "$2"`, 'sh', tar, zipped]);
  return zipped;
}

async function pushLayer(base: string, zipped: string): Promise<Descriptor> {
  const digest = await digestOf(zipped);
  await putBlob(base, digest, await openAsBlob(zipped));
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: statSync(zipped).size };
}

async function putBlob(base: string, digest: string, body: Blob): Promise<void> {
  if ((await fetch(`${base}/blobs/${digest}`, { method: 'HEAD' })).ok) return;
  const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', base);
  location.searchParams.set('digest', digest);
  const done = await fetch(location, { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } });
  if (!done.ok) throw new Error(`Cannot push ${digest}: ${done.status} ${await done.text()}`);
}

async function putManifest(base: string, tag: string | undefined, mediaType: string, value: unknown): Promise<{ digest: string; size: number }> {
  const body = Buffer.from(JSON.stringify(value));
  const digest = sha256(body);
  const done = await fetch(`${base}/manifests/${tag ?? digest}`, { method: 'PUT', body, headers: { 'content-type': mediaType } });
  if (!done.ok) throw new Error(`Cannot push manifest ${digest}: ${done.status} ${await done.text()}`);
  return { digest, size: body.length };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
