import { BuildError } from '../errors.ts';
import { isDigest } from './digest.ts';
import { type ImageConfig } from './image-config.ts';
import { type Index, type Manifest } from './manifest.ts';
import { anyText, faultsOf, flag, list, mapOf, object, optional, sizeBytes, such, text, wholeNumber, type Schema } from '../schema/index.ts';

export class ManifestError extends BuildError<
  /** A manifest or index does not follow the OCI image spec. The message lists every fault; push the image again. */
  | 'MANIFEST_INVALID'
  /** An image config does not follow the OCI image spec. The message lists every fault; push the image again. */
  | 'CONFIG_INVALID'
> {}

const digest = such(
  (input) => typeof input === 'string' && isDigest(input),
  () => 'is no sha256 digest',
);
const annotations = optional(mapOf(anyText));
const descriptorMembers = { mediaType: anyText, digest, size: sizeBytes, annotations };

/** OCI image spec, manifest.md. */
const manifestSchema = object({
  schemaVersion: such(
    (input) => input === 2,
    (input) => `is ${JSON.stringify(input)} and not 2`,
  ),
  config: object(descriptorMembers),
  annotations,
  // Null in an image without layers, as BuildKit writes it.
  layers: optional(list(object(descriptorMembers))),
});

/** OCI image spec, image-index.md. */
const indexSchema = object({ manifests: list(object({ ...descriptorMembers, platform: optional(object({ os: anyText, architecture: anyText })) })) });

/** OCI image spec, config.md, with Docker's additions. */
const configSchema = object({
  rootfs: optional(object({ diff_ids: optional(list(digest)) })),
  architecture: text,
  os: text,
  variant: optional(text),
  'os.version': optional(text),
  'os.features': optional(list(text)),
  created: optional(text),
  author: optional(text),
  config: optional(
    object({
      User: optional(text),
      ExposedPorts: optional(mapOf(optional(object({})))),
      Env: optional(list(text)),
      Entrypoint: optional(list(text)),
      Cmd: optional(list(text)),
      Volumes: optional(mapOf(optional(object({})))),
      WorkingDir: optional(text),
      Labels: optional(mapOf(optional(text))),
      StopSignal: optional(text),
      ArgsEscaped: optional(flag),
      Healthcheck: optional(
        object({
          Test: optional(list(text)),
          Interval: optional(wholeNumber),
          Timeout: optional(wholeNumber),
          StartPeriod: optional(wholeNumber),
          StartInterval: optional(wholeNumber),
          Retries: optional(wholeNumber),
        }),
      ),
      OnBuild: optional(list(text)),
      Shell: optional(list(text)),
    }),
  ),
  history: optional(
    list(object({ created: optional(text), created_by: optional(text), comment: optional(text), author: optional(text), empty_layer: optional(flag) })),
  ),
});

/** Parses a manifest from outside. Errors: MANIFEST_INVALID, naming every fault. */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  const value = parse(bytes, name, manifestSchema, 'MANIFEST_INVALID');
  value['layers'] ??= [];
  return value as unknown as Manifest;
}

/** Parses an image index from outside. Errors: MANIFEST_INVALID. */
export function parseIndex(bytes: Uint8Array, name: string): Index {
  return parse(bytes, name, indexSchema, 'MANIFEST_INVALID') as unknown as Index;
}

/** Parses an image config from outside. Errors: CONFIG_INVALID. */
export function parseImageConfig(bytes: Uint8Array, name: string): ImageConfig {
  const value = parse(bytes, name, configSchema, 'CONFIG_INVALID');
  const rootfs = value['rootfs'] as { readonly diff_ids?: unknown } | null | undefined;
  if (!Array.isArray(rootfs?.diff_ids)) value['rootfs'] = { type: 'layers', diff_ids: [] };
  // Go writes null for what is empty.
  dropNulls(value);
  if (value['config'] !== undefined) dropNulls(value['config'] as Record<string, unknown>);
  return value as unknown as ImageConfig;
}

function parse(bytes: Uint8Array, name: string, schema: Schema, code: ManifestError['code']): Record<string, unknown> {
  const value = parseJSON(bytes, name, code);
  const faults = faultsOf(schema, value);
  if (faults.length > 0) throw invalid(code, name, faults);
  return value as Record<string, unknown>;
}

function dropNulls(object: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(object)) if (value === null) delete object[key];
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
