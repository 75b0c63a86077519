import { BuildError } from '../errors.ts';
import { isDigest, type Digest } from './digest.ts';
import { type Descriptor } from './descriptor.ts';
import { type ImageConfig } from './image-config.ts';
import { type Index, type Manifest } from './manifest.ts';
import { configFaults } from './config-faults.ts';

export class ManifestError extends BuildError<
  /** A manifest or index does not follow the OCI image spec. The message lists every fault; push the image again. */
  | 'MANIFEST_INVALID'
  /** An image config does not follow the OCI image spec. The message lists every fault; push the image again. */
  | 'CONFIG_INVALID'
> {}

/** Parses a manifest from outside. Errors: MANIFEST_INVALID, naming every fault. */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  const value = parseJSON(bytes, name, 'MANIFEST_INVALID');
  const faults: string[] = [];
  if (!isRecord(value)) faults.push('it is no object');
  else {
    if (value['schemaVersion'] !== 2) faults.push(`schemaVersion is ${JSON.stringify(value['schemaVersion'])} and not 2`);
    checkDescriptor(value['config'], 'config', faults);
    checkAnnotations(value['annotations'], 'annotations', faults);
    // Of an image without layers, as BuildKit writes it.
    value['layers'] ??= [];
    if (!Array.isArray(value['layers'])) faults.push('layers is no list');
    else value['layers'].forEach((layer, i) => checkDescriptor(layer, `layers[${i}]`, faults));
  }
  if (faults.length > 0) throw invalid('MANIFEST_INVALID', name, faults);
  return value as Manifest;
}

/** Parses an image index from outside. Errors: MANIFEST_INVALID. */
export function parseIndex(bytes: Uint8Array, name: string): Index {
  const value = parseJSON(bytes, name, 'MANIFEST_INVALID');
  const faults: string[] = [];
  if (!isRecord(value) || !Array.isArray(value['manifests'])) faults.push('manifests is no list');
  else {
    value['manifests'].forEach((item, i) => {
      checkDescriptor(item, `manifests[${i}]`, faults);
      const platform = isRecord(item) ? item['platform'] : undefined;
      if (platform !== undefined && (!isRecord(platform) || typeof platform['os'] !== 'string' || typeof platform['architecture'] !== 'string'))
        faults.push(`manifests[${i}].platform has no os and architecture`);
    });
  }
  if (faults.length > 0) throw invalid('MANIFEST_INVALID', name, faults);
  return value as unknown as Index;
}

/** Parses an image config from outside. Errors: CONFIG_INVALID. */
export function parseImageConfig(bytes: Uint8Array, name: string): ImageConfig {
  const value = parseJSON(bytes, name, 'CONFIG_INVALID');
  const faults: string[] = [];
  if (!isRecord(value)) faults.push('it is no object');
  else {
    const rootfs = value['rootfs'];
    const diffIDs = isRecord(rootfs) ? rootfs['diff_ids'] : undefined;
    if (!Array.isArray(diffIDs)) {
      if (diffIDs !== null && diffIDs !== undefined) faults.push('rootfs.diff_ids is no list');
      (value as Record<string, unknown>)['rootfs'] = { type: 'layers', diff_ids: [] };
    } else
      diffIDs.forEach((id, i) => {
        if (typeof id !== 'string' || !isDigest(id)) faults.push(`rootfs.diff_ids[${i}] is no sha256 digest`);
      });
    faults.push(...configFaults(value));
    // Go writes null for what is empty.
    for (const object of [value, value['config']]) if (isRecord(object)) dropNulls(object);
  }
  if (faults.length > 0) throw invalid('CONFIG_INVALID', name, faults);
  return value as unknown as ImageConfig;
}

function checkAnnotations(value: unknown, path: string, faults: string[]): void {
  if (value === undefined || value === null) return;
  if (!isRecord(value)) faults.push(`${path} is no object`);
  else for (const [key, text] of Object.entries(value)) if (typeof text !== 'string') faults.push(`${path}[${JSON.stringify(key)}] is no text`);
}

function dropNulls(object: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(object)) if (value === null) delete object[key];
}

function checkDescriptor(value: unknown, path: string, faults: string[]): asserts value is Descriptor {
  if (!isRecord(value)) {
    faults.push(`${path} is no descriptor`);
    return;
  }
  if (typeof value['mediaType'] !== 'string') faults.push(`${path}.mediaType is missing`);
  if (typeof value['digest'] !== 'string' || !isDigest(value['digest'] as Digest)) faults.push(`${path}.digest is no sha256 digest`);
  if (typeof value['size'] !== 'number' || !Number.isSafeInteger(value['size']) || value['size'] < 0) faults.push(`${path}.size is no size`);
  checkAnnotations(value['annotations'], `${path}.annotations`, faults);
}

function parseJSON(bytes: Uint8Array, name: string, code: 'MANIFEST_INVALID' | 'CONFIG_INVALID'): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch (cause) {
    throw new ManifestError(code, `Cannot read ${name}: it is not JSON`, {
      family: 'manifest',
      hint: 'The image is damaged at its source; push it again.',
      cause,
    });
  }
}

function invalid(code: 'MANIFEST_INVALID' | 'CONFIG_INVALID', name: string, faults: readonly string[]): ManifestError {
  return new ManifestError(
    code,
    `Cannot read ${name}: ${faults.slice(0, shownFaults).join('; ')}${faults.length > shownFaults ? `; and ${faults.length - shownFaults} more` : ''}`,
    {
      family: 'manifest',
      hint: 'The image is damaged at its source; push it again.',
    },
  );
}

/** Faults that a message names; the others are counted. */
const shownFaults = 20;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
