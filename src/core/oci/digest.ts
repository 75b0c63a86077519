import { createHash } from 'node:crypto';
import { BuildError } from '../errors.ts';

declare const digestBrand: unique symbol;
declare const diffIDBrand: unique symbol;
declare const treeIDBrand: unique symbol;

/** `sha256:<64 hex>` of a blob as stored and sent, compressed where it is compressed (OCI image spec, descriptor.md). */
export type Digest = string & { readonly [digestBrand]: true };
/** `sha256:<64 hex>` of a layer's uncompressed tar (OCI image spec, config.md). Never a Digest. */
export type DiffID = string & { readonly [diffIDBrand]: true };
/** `sha256:<64 hex>` over the files of a filesystem state, without times. Equal treeIDs are the same to every later step. */
export type TreeID = string & { readonly [treeIDBrand]: true };

export type DigestErrorCode =
  /** A digest is not `sha256:` and 64 hexadecimal digits. Other algorithms are not supported. */
  'DIGEST_INVALID';

export class DigestError extends BuildError<DigestErrorCode> {}

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Parses `sha256:<64 lower-case hex>`. Errors: DIGEST_INVALID. */
export function parseDigest(text: string): Digest {
  if (!digestPattern.test(text)) {
    throw new DigestError('DIGEST_INVALID', `Cannot use digest ${JSON.stringify(text)}: it is not sha256: and 64 lower-case hex digits`, {
      family: 'validation',
      hint: 'Only sha256 digests are supported.',
    });
  }
  return text as Digest;
}

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** Parses a diffID; same form as a digest. Errors: DIGEST_INVALID. */
export function parseDiffID(text: string): DiffID {
  return parseDigest(text) as string as DiffID;
}

/** The 64 hex digits without the algorithm. */
export function hexOf(id: Digest | DiffID | TreeID): string {
  return id.slice('sha256:'.length);
}

/** The digest of bytes held in memory; text is taken as UTF-8. */
export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(data).digest('hex')}` as Digest;
}
