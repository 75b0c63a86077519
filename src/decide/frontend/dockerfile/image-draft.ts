import type { ContainerConfig, ImageConfig, Platform } from '../../../core/oci/index.ts';
import { formatPlatform, parsePlatform } from '../../../core/oci/index.ts';
import { defaultPath, splitVariable } from '../../../language/dockerfile/index.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The image config while instructions change it. */
export interface ImageDraft {
  architecture?: string | undefined;
  os?: string | undefined;
  variant?: string | undefined;
  'os.version'?: string | undefined;
  'os.features'?: readonly string[] | undefined;
  author?: string | undefined;
  config: Mutable<ContainerConfig>;
}

/** The config of `FROM scratch`. */
export function emptyImage(platform: Platform): ImageDraft {
  return { ...platformFields(platform), config: { WorkingDir: '/', Env: [`PATH=${defaultPath}`] } };
}

const containerFields = [
  'User',
  'ExposedPorts',
  'Env',
  'Entrypoint',
  'Cmd',
  'Volumes',
  'WorkingDir',
  'Labels',
  'StopSignal',
  'ArgsEscaped',
  'Healthcheck',
  'OnBuild',
  'Shell',
] as const;

/** The config of a base image, without what an image does not hand on: its time, its layers, and fields that no specification knows. */
export function inheritedImage(base: ImageConfig): ImageDraft {
  const config: Record<string, unknown> = {};
  for (const field of containerFields) {
    const value = base.config?.[field];
    if (value !== undefined && value !== null) config[field] = structuredClone(value);
  }
  const { architecture, os, variant, author } = base;
  return {
    architecture,
    os,
    ...(variant ? { variant } : {}),
    ...(base['os.version'] ? { 'os.version': base['os.version'] } : {}),
    ...(base['os.features'] ? { 'os.features': base['os.features'] } : {}),
    ...(author ? { author } : {}),
    config,
  };
}

/** Sets a variable of the image in its place, or adds it. */
export function setImageVariable(image: ImageDraft, name: string, value: string): void {
  const env = [...(image.config.Env ?? [])];
  const index = env.findIndex((entry) => splitVariable(entry)[0] === name);
  if (index < 0) env.push(`${name}=${value}`);
  else env[index] = `${name}=${value}`;
  image.config.Env = env;
}

/** The config of the finished image: the platform that was asked for, unless nobody asked, then the base image's; labels added. */
export function finishImage(
  image: ImageDraft,
  platform: Platform,
  implicitPlatform: boolean,
  labels: Readonly<Record<string, string>>,
): Omit<ImageConfig, 'rootfs' | 'history' | 'created'> {
  const asked: Mutable<ImageDraft> = { ...image, config: { ...image.config } };
  if (!implicitPlatform || !asked.os || !asked.architecture) {
    const isSame = asked.os === platform.os && asked.architecture === platform.architecture;
    asked.os = platform.os;
    asked.architecture = platform.architecture;
    if (platform.variant || !isSame) asked.variant = platform.variant;
    if (platform['os.version'] || !isSame) asked['os.version'] = platform['os.version'];
  }
  if (Object.keys(labels).length > 0) asked.config.Labels = { ...asked.config.Labels, ...labels };
  const shown = {
    os: asked.os ?? platform.os,
    architecture: asked.architecture ?? platform.architecture,
    ...(asked.variant ? { variant: asked.variant } : {}),
  };
  const normal = parsePlatform(formatPlatform(shown), platform);
  return {
    architecture: normal.architecture,
    os: normal.os,
    ...(normal.variant ? { variant: normal.variant } : {}),
    ...(asked['os.version'] ? { 'os.version': asked['os.version'] } : {}),
    ...(asked['os.features'] ? { 'os.features': asked['os.features'] } : {}),
    ...(asked.author ? { author: asked.author } : {}),
    config: withoutEmpty(asked.config),
  };
}

/** Fields that hold nothing are not in the document. */
function withoutEmpty(config: ContainerConfig): ContainerConfig {
  const isEmpty = (value: unknown): boolean => !value || (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(config).filter(([, value]) => !isEmpty(value)));
}

function platformFields(platform: Platform): Omit<ImageDraft, 'config'> {
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant ? { variant: platform.variant } : {}),
    ...(platform['os.version'] ? { 'os.version': platform['os.version'] } : {}),
  };
}
