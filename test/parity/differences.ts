import { isDeepStrictEqual } from 'node:util';
import type { OciImage } from '../harness/oci-image.ts';
import { flatten, layerNames } from '../harness/flatten.ts';
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
    ...layerDifferences(buildkit, ossb),
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
    for (const key of ['type', 'mode', 'owner', 'size', 'link', 'device', 'xattrs', 'sharedWith'] as const) {
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
 * Which layer brings which names. Folders that come along as parents do not count, and neither do files that the layers below have already, equal in everything: BuildKit
 * compares the two trees and leaves them out; OSSB does not read what lies below.
 */
function layerDifferences(buildkit: OciImage, ossb: OciImage): Difference[] {
  if (buildkit.layers.length !== ossb.layers.length) {
    return [{ where: 'layers', buildkit: describeLayers(buildkit), ossb: describeLayers(ossb) }];
  }
  return buildkit.layers.flatMap((layer, i) => {
    const left = layerNames(layer);
    const right = layerNames(ossb.layers[i]!);
    if (left.join(' ') === right.join(' ')) return [];
    const again = repeatedNames(ossb.layers, i);
    const rest = right.filter((name) => left.includes(name) || !again.has(name));
    return left.join(' ') === rest.join(' ') ? [] : [{ where: `layer ${i}`, buildkit: left.join(' ').slice(0, 300), ossb: rest.join(' ').slice(0, 300) }];
  });
}

/** Names of a layer that change nothing. */
function repeatedNames(layers: OciImage['layers'], nth: number): ReadonlySet<string> {
  const below = flatten(layers.slice(0, nth));
  const after = flatten(layers.slice(0, nth + 1));
  return new Set(layerNames(layers[nth]!).filter((name) => isDeepStrictEqual(below.get(name), after.get(name))));
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
