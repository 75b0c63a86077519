import { parseReference } from '../../../core/oci/index.ts';
import type { Annotation, Output } from '../../request/index.ts';
import { parseFlagValue, usageError } from '../usage-error.ts';
import { parseAnnotation } from './annotation.ts';
import { parseCsvFields } from './csv.ts';

export interface ParsedOutput {
  readonly output: Output;
  readonly annotations: readonly Annotation[];
}

/** `-o type=image|registry|oci|docker|local|tar|cacheonly,KEY=VALUE...`, `-o FOLDER`, `-o -`. `tags` are the names of an output that has none of its own. */
export function parseOutput(text: string, tags: readonly string[]): ParsedOutput {
  const fields = parseCsvFields(text, '--output');
  const only = fields.length === 1 ? fields[0] : undefined;
  if (only !== undefined && only.value === undefined) {
    if (only.key === '') throw fail(text, 'it is empty');
    return { output: only.key === '-' ? { kind: 'tar', dest: '-' } : { kind: 'local', dest: only.key }, annotations: [] };
  }
  const attributes = new Map<string, string>();
  const annotations: Annotation[] = [];
  for (const { key, writtenKey, value } of fields) {
    if (value === undefined) throw fail(text, `the field ${JSON.stringify(key)} has no value`);
    if (key.startsWith('annotation')) annotations.push(...outputAnnotation(text, writtenKey, value));
    else attributes.set(key, value);
  }
  const type = attributes.get('type');
  attributes.delete('type');
  if (type === undefined) throw fail(text, 'the type is missing');
  const output = makeOutput(text, type, attributes, tags);
  const [left] = attributes.keys();
  if (left !== undefined) throw fail(text, `type=${type} has no field ${JSON.stringify(left)} here`);
  return { output, annotations };
}

/** Takes what it uses out of `attributes`. */
function makeOutput(text: string, type: string, attributes: Map<string, string>, tags: readonly string[]): Output {
  switch (type) {
    case 'image':
    case 'registry': {
      const names = takeNames(attributes, tags);
      const push = takeBool(text, attributes, 'push');
      if (type === 'registry' && push === false) throw fail(text, 'type=registry pushes');
      if (takeBool(text, attributes, 'store') === false) throw fail(text, 'images are always kept in the store', 'Use type=cacheonly to keep none.');
      takeBool(text, attributes, 'unpack');
      const insecure = takeBool(text, attributes, 'registry.insecure');
      const ociMediaTypes = takeBool(text, attributes, 'oci-mediatypes');
      return {
        kind: 'image',
        names,
        push: type === 'registry' || push === true,
        ...(insecure === undefined ? {} : { insecure }),
        ...(ociMediaTypes === undefined ? {} : { ociMediaTypes }),
        ...takeCompression(text, attributes),
      };
    }
    case 'oci':
    case 'docker': {
      const names = takeNames(attributes, tags);
      const dest = take(attributes, 'dest');
      const tar = takeBool(text, attributes, 'tar') ?? true;
      if (takeBool(text, attributes, 'oci-mediatypes') === (type === 'docker')) throw fail(text, `type=${type} always has its own media types`);
      if (type === 'docker' && dest === undefined && tar) return { kind: 'load', names };
      if (!tar && (dest === undefined || dest === '-')) throw fail(text, 'tar=false writes a folder, and dest is missing');
      return { kind: type, dest: dest ?? '-', tar, names, ...takeCompression(text, attributes) };
    }
    case 'local': {
      const dest = take(attributes, 'dest');
      if (dest === undefined || dest === '-') throw fail(text, 'type=local writes a folder, and dest is missing');
      return { kind: 'local', dest };
    }
    case 'tar':
      return { kind: 'tar', dest: take(attributes, 'dest') ?? '-' };
    case 'cacheonly':
      return { kind: 'cacheonly' };
    default:
      throw fail(text, `there is no type ${JSON.stringify(type)}`);
  }
}

function takeCompression(
  text: string,
  attributes: Map<string, string>,
): Pick<Output & { kind: 'image' }, 'compression' | 'compressionLevel' | 'forceCompression'> {
  const named = take(attributes, 'compression');
  const compression = named === 'uncompressed' ? 'none' : named;
  if (compression !== undefined && compression !== 'none' && compression !== 'gzip' && compression !== 'zstd') {
    throw fail(text, `the compression ${JSON.stringify(named)} is none of uncompressed, gzip, zstd`);
  }
  const levelText = take(attributes, 'compression-level');
  const compressionLevel = levelText === undefined ? undefined : Number(levelText);
  const highest = compression === 'zstd' ? 22 : 9;
  if (compressionLevel !== undefined && (levelText === '' || !Number.isInteger(compressionLevel) || compressionLevel < 0 || compressionLevel > highest)) {
    throw fail(text, `the compression level is not a number from 0 to ${highest}`);
  }
  const forceCompression = takeBool(text, attributes, 'force-compression');
  // What a build writes is always clamped to SOURCE_DATE_EPOCH
  takeBool(text, attributes, 'rewrite-timestamp');
  return {
    ...(compression === undefined ? {} : { compression }),
    ...(compressionLevel === undefined ? {} : { compressionLevel }),
    ...(forceCompression === undefined ? {} : { forceCompression }),
  };
}

/** `annotation[-LEVEL][[PLATFORM]].KEY=VALUE`, which is `LEVEL[[PLATFORM]]:KEY=VALUE` of --annotation. */
function outputAnnotation(text: string, key: string, value: string): Annotation[] {
  const match = /^annotation(?:-([a-z-]+))?(\[[^\]]+\])?\.(.+)$/.exec(key);
  if (match === null) throw fail(text, `there is no field ${JSON.stringify(key)}`);
  return parseAnnotation(`${match[1] ?? 'manifest'}${match[2] ?? ''}:${match[3]}=${value}`, '--output annotation');
}

function take(attributes: Map<string, string>, key: string): string | undefined {
  const value = attributes.get(key);
  attributes.delete(key);
  return value;
}

function takeNames(attributes: Map<string, string>, tags: readonly string[]): readonly string[] {
  const own = take(attributes, 'name');
  if (own === undefined) return tags;
  const names = own.split(',').filter((name) => name !== '');
  for (const name of names) parseFlagValue('--output name', () => parseReference(name));
  return names;
}

function takeBool(text: string, attributes: Map<string, string>, key: string): boolean | undefined {
  const value = take(attributes, key);
  if (value === undefined) return undefined;
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw fail(text, `${key} is either true or false`);
}

function fail(text: string, found: string, hint: string = 'For instance -o type=oci,dest=image.tar, -o type=image,name=REF,push=true, -o FOLDER.'): Error {
  return usageError('FLAG_VALUE', `Cannot use --output ${JSON.stringify(text)}: ${found}`, hint);
}
