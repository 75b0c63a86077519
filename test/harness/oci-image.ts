import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { readTar } from './tar-reader.ts';
import type { TarMember } from './tar-reader.ts';

export interface OciImage {
  readonly digest: string;
  readonly manifest: {
    readonly mediaType?: string;
    readonly layers: readonly Descriptor[];
    readonly config: Descriptor;
    readonly annotations?: Record<string, string>;
  };
  readonly config: Record<string, unknown>;
  /** Members of each layer, lowest first. */
  readonly layers: readonly (readonly TarMember[])[];
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

/** A blob by its digest. */
export type BlobSource = (digest: string) => Buffer | Promise<Buffer>;

/** Blobs of an OCI layout in a tar, each checked against its name; and the layout's top descriptors. */
export function openOciTar(path: string): { readonly top: readonly Descriptor[]; readonly blob: BlobSource } {
  const members = new Map(readTar(readFileSync(path)).map((member) => [member.path, member.content]));
  const index = JSON.parse(members.get('index.json')?.toString() ?? '') as { manifests: Descriptor[] };
  return {
    top: index.manifests,
    blob: (digest) => {
      const content = members.get(`blobs/${digest.replace(':', '/')}`);
      if (content === undefined) throw new Error(`${path}: no blob ${digest}`);
      return content;
    },
  };
}

/** Layers that were read before, by digest: images on one base share theirs. */
export type ReadLayers = Map<string, { readonly diffID: string; readonly members: readonly TarMember[] }>;

/** The image of an OCI layout in a tar; of several platforms the first. All digests are computed anew, but for what layers that were read before unpack to. */
export async function readOciTar(path: string, layers?: ReadLayers): Promise<OciImage> {
  const { top, blob } = openOciTar(path);
  return readImage(top[0]!.digest, blob, undefined, layers);
}

export async function readImage(digest: string, blob: BlobSource, platform?: string, read: ReadLayers = new Map()): Promise<OciImage> {
  const checked = async (wanted: string) => {
    const bytes = await blob(wanted);
    if (sha256(bytes) !== wanted) throw new Error(`blob ${wanted} has digest ${sha256(bytes)}`);
    return bytes;
  };
  const document = JSON.parse((await checked(digest)).toString()) as OciImage['manifest'] & { readonly manifests?: readonly Descriptor[] };
  if (document.manifests !== undefined) {
    const chosen = document.manifests.find((m) => platform === undefined || `${m.platform?.os}/${m.platform?.architecture}` === platform);
    if (chosen === undefined) throw new Error(`index ${digest} has no ${platform}`);
    return readImage(chosen.digest, blob, platform, read);
  }
  const config = JSON.parse((await checked(document.config.digest)).toString()) as Record<string, unknown>;
  // An image of no layers has null for both lists where BuildKit wrote it.
  const diffIDs = (config['rootfs'] as { diff_ids: string[] | null }).diff_ids ?? [];
  const blobs = document.layers ?? [];
  if (diffIDs.length !== blobs.length) throw new Error(`${digest}: ${blobs.length} layers, ${diffIDs.length} diffIDs`);
  const layers: (readonly TarMember[])[] = [];
  for (const [i, layer] of blobs.entries()) {
    const bytes = await checked(layer.digest);
    if (bytes.length !== layer.size) throw new Error(`layer ${layer.digest}: size ${bytes.length}, said ${layer.size}`);
    const { diffID, members } = read.get(layer.digest) ?? readLayer(bytes);
    if (diffID !== diffIDs[i]) throw new Error(`layer ${layer.digest}: diffID is ${diffID}, said ${diffIDs[i]}`);
    read.set(layer.digest, { diffID, members });
    layers.push(members);
  }
  return { digest, manifest: document, config, layers };
}

function readLayer(bytes: Buffer): { readonly diffID: string; readonly members: readonly TarMember[] } {
  const tar = inflate(bytes);
  return { diffID: sha256(tar), members: readTar(tar) };
}

/** Blobs and tags of a registry on loopback. */
export function registryBlobs(address: string, repository: string): { readonly resolve: (tag: string) => Promise<string>; readonly blob: BlobSource } {
  const accept = ['index.v1', 'manifest.v1'].map((kind) => `application/vnd.oci.image.${kind}+json`).join(', ');
  const get = async (path: string) => {
    const answer = await fetch(`http://${address}/v2/${repository}/${path}`, { headers: { accept } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };
  return {
    resolve: async (tag) => sha256(Buffer.from(await (await get(`manifests/${tag}`)).arrayBuffer())),
    blob: async (digest) => {
      const answer = await get(`blobs/${digest}`).catch(() => get(`manifests/${digest}`));
      return Buffer.from(await answer.arrayBuffer());
    },
  };
}

function inflate(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  if (bytes.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(bytes);
  return bytes;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
