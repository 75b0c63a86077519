import { expandForDisplay, expandWord, type Variables } from '../../../language/dockerfile/index.ts';
import { formatPlatform, parsePlatform, type Platform } from '../../../core/oci/index.ts';
import type { Conversion } from './conversion.ts';
import type { StageState } from './stage.ts';

/** The name of the next step of a stage, as docker build prints it: `[build 2/5] RUN make`. */
export function nextStepName(
  conversion: Conversion,
  stage: StageState,
  text: string,
  options: { isTrigger: boolean; platform: Platform; environment?: Variables },
): string {
  if (stage.stepTotal === 0) return text;
  stage.stepIndex += 1;
  return stepName(conversion, stage, text, options);
}

/** The name of the step that the stage is at. */
export function stepName(
  conversion: Conversion,
  stage: StageState,
  text: string,
  options: { isTrigger: boolean; platform: Platform; environment?: Variables },
): string {
  if (stage.stepTotal === 0) return text;
  const platform = conversion.request.multiPlatform === true ? `${formatPlatform(options.platform)}${crossTarget(options.platform, options.environment)} ` : '';
  const name = stage.shownName === '' ? '' : `${stage.shownName} `;
  const width = String(stage.stepTotal).length;
  const index = String(stage.stepIndex).padStart(width);
  return `[${platform}${name}${index}/${stage.stepTotal}] ${options.isTrigger ? 'ONBUILD ' : ''}${text}`;
}

/** An instruction with its variables replaced, for people to read. */
export function shownInstruction(conversion: Conversion, original: string, environment: Variables): string {
  return upperKeyword(shown(() => expandWord(original, { escape: conversion.dockerfile.escape, lookup: (name) => environment.get(name) }), original));
}

/** A RUN for people to read: quotes stay, and so do variables that nobody set; those that come from secrets are masked. */
export function shownRun(conversion: Conversion, original: string, environment: Variables, secretNames: ReadonlySet<string>): string {
  const lookup = (name: string): string | undefined => (secretNames.has(name) ? '****' : environment.get(name));
  return upperKeyword(shown(() => expandForDisplay(original, { escape: conversion.dockerfile.escape, lookup }), original));
}

function shown(expand: () => string, original: string): string {
  try {
    return expand();
  } catch {
    // only a name: what is wrong with the text was said where it counts, or does not count for a shell
    return original;
  }
}

function upperKeyword(text: string): string {
  const blank = text.indexOf(' ');
  return blank < 0 ? text.toUpperCase() : text.slice(0, blank).toUpperCase() + text.slice(blank);
}

/** `->arm64` where a stage of one platform builds for another, as the TARGET* variables say. */
function crossTarget(platform: Platform, environment: Variables | undefined): string {
  const target = environment && targetOf(environment, platform);
  if (target === undefined) return '';
  if (target.os !== platform.os) return `->${formatPlatform(target)}`;
  if (target.architecture === platform.architecture) return '';
  return `->${[target.architecture, target.variant].filter(Boolean).join('/')}`;
}

function targetOf(environment: Variables, platform: Platform): Platform | undefined {
  const whole = environment.get('TARGETPLATFORM');
  const os = environment.get('TARGETOS');
  const architecture = environment.get('TARGETARCH');
  const variant = environment.get('TARGETVARIANT');
  const text =
    (whole ?? (os ?? architecture ?? variant) === undefined)
      ? whole
      : [os || platform.os, architecture || platform.architecture, variant].filter(Boolean).join('/');
  if (text === undefined) return undefined;
  try {
    return parsePlatform(text, platform);
  } catch {
    return undefined;
  }
}
