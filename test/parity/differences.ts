import type { OciImage } from '../harness/oci-image.ts';
import { flatten } from '../harness/flatten.ts';
import type { FlatEntry } from '../harness/flatten.ts';
import { isState, stateDifferences } from './states.ts';

/** One difference: where, and what each builder has. */
export interface Difference {
  readonly where: string;
  readonly buildkit: string;
  readonly ossb: string;
}

/** Everything in which two images of one Dockerfile differ, and the states that their steps saw, where they hold listings of these. Times count where they came from the sources, that is, lie before `startedAtSeconds`. */
export function imageDifferences(buildkit: OciImage, ossb: OciImage, startedAtSeconds: number): Difference[] {
  return [
    ...treeDifferences(flatten(buildkit.layers), flatten(ossb.layers), startedAtSeconds),
    ...layerDifferences(buildkit, ossb, startedAtSeconds),
    ...valueDifferences('config', comparableConfig(buildkit.config), comparableConfig(ossb.config)),
    ...valueDifferences('manifest', comparableManifest(buildkit), comparableManifest(ossb)),
  ];
}

function treeDifferences(buildkit: ReadonlyMap<string, FlatEntry>, ossb: ReadonlyMap<string, FlatEntry>, startedAtSeconds: number): Difference[] {
  const found: Difference[] = [];
  for (const path of new Set([...buildkit.keys(), ...ossb.keys()])) {
    const left = buildkit.get(path);
    const right = ossb.get(path);
    if (left === undefined || right === undefined) {
      found.push({ where: `tree ${path}`, buildkit: left?.type ?? 'absent', ossb: right?.type ?? 'absent' });
      continue;
    }
    if (isState(left.content) && isState(right.content)) {
      found.push(...stateDifferences(path, left.content, right.content, startedAtSeconds));
      continue;
    }
    for (const key of facts) {
      // BuildKit writes no xattrs of folders into the layers that it makes.
      if (key === 'xattrs' && left.type === 'dir' && left.xattrs === '') continue;
      if (left[key] !== right[key]) found.push({ where: `tree ${path} ${key}`, buildkit: String(left[key]), ossb: String(right[key]) });
    }
    if (!left.content.equals(right.content))
      found.push({ where: `tree ${path} content`, buildkit: excerpt(left.content, right.content), ossb: excerpt(right.content, left.content) });
    const old = Math.min(left.mtime, right.mtime) < startedAtSeconds;
    if (left.type !== 'dir' && old && left.mtime !== right.mtime) {
      found.push({ where: `tree ${path} mtime`, buildkit: String(left.mtime), ossb: String(right.mtime) });
    }
  }
  return found;
}

/**
 * What each layer changes, however it says so: one opaque mark, or a whiteout for each name; and a file that the layers below have already, equal in everything but a time of
 * the build, is no change. Folders do not count, since they come along as parents.
 */
function layerDifferences(buildkit: OciImage, ossb: OciImage, startedAtSeconds: number): Difference[] {
  if (buildkit.layers.length !== ossb.layers.length) {
    return [{ where: 'layers', buildkit: describeLayers(buildkit), ossb: describeLayers(ossb) }];
  }
  // Layers of the base are the same objects, where both images were read with the same ReadLayers.
  const made = buildkit.layers.findIndex((layer, i) => layer !== ossb.layers[i]);
  if (made === -1) return [];
  const left = changesOf(buildkit.layers, made, startedAtSeconds);
  const right = changesOf(ossb.layers, made, startedAtSeconds);
  return left.flatMap((changes, i) => {
    if (changes === right[i]!) return [];
    return [{ where: `layer ${made + i}`, buildkit: changes.slice(0, 300), ossb: right[i]!.slice(0, 300) }];
  });
}

/** By layer, from the first on: names that it makes or changes, and, with a minus, those that it removes. */
function changesOf(layers: OciImage['layers'], first: number, startedAtSeconds: number): string[] {
  let below = filesOf(layers.slice(0, first));
  return layers.slice(first).map((_, i) => {
    const after = filesOf(layers.slice(0, first + i + 1));
    const changed = [...after].filter(([path, entry]) => !isSame(below.get(path), entry, startedAtSeconds)).map(([path]) => path);
    const removed = [...below.keys()].filter((path) => !after.has(path)).map((path) => `-${path}`);
    below = after;
    return [...changed, ...removed].join(' ');
  });
}

function filesOf(layers: OciImage['layers']): ReadonlyMap<string, FlatEntry> {
  return new Map([...flatten(layers)].filter(([, entry]) => entry.type !== 'dir'));
}

const facts = ['type', 'mode', 'owner', 'size', 'link', 'device', 'xattrs', 'sharedWith'] as const;

function isSame(before: FlatEntry | undefined, after: FlatEntry, startedAtSeconds: number): boolean {
  if (before === undefined || facts.some((key) => before[key] !== after[key])) return false;
  const isNew = ({ mtime }: FlatEntry) => mtime >= startedAtSeconds;
  return (before.mtime === after.mtime || (isNew(before) && isNew(after))) && before.content.equals(after.content);
}

function describeLayers(image: OciImage): string {
  return image.layers.map((layer) => layer.length).join(' + ') + ' members';
}

function comparableConfig(config: Readonly<Record<string, unknown>>): unknown {
  const { created, rootfs, history, ...rest } = config;
  const steps = (history as readonly Record<string, unknown>[] | undefined)?.map(({ created: time, ...step }) => ({ ...step, dated: typeof time }));
  return { ...rest, dated: typeof created, history: steps, layers: (rootfs as { diff_ids: unknown[] | null }).diff_ids?.length ?? 0 };
}

function comparableManifest(image: OciImage): unknown {
  const { layers, config, ...rest } = image.manifest;
  return { ...rest, config: config.mediaType, layers: layers?.map((layer) => layer.mediaType) };
}

/** Leaves of two JSON values that differ. */
function valueDifferences(where: string, buildkit: unknown, ossb: unknown): Difference[] {
  if (isObject(buildkit) && isObject(ossb)) {
    const keys = new Set([...Object.keys(buildkit), ...Object.keys(ossb)]);
    return [...keys].flatMap((key) => valueDifferences(`${where}.${key}`, buildkit[key], ossb[key]));
  }
  const left = JSON.stringify(buildkit) ?? 'absent';
  const right = JSON.stringify(ossb) ?? 'absent';
  return left === right ? [] : [{ where, buildkit: left, ossb: right }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What a file has around the first byte that another has not. */
function excerpt(content: Buffer, other: Buffer): string {
  let at = 0;
  while (at < content.length && content[at] === other[at]) at++;
  return JSON.stringify(content.toString('utf8', Math.max(0, at - 40), at + 200));
}
