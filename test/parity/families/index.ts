import type { Case } from '../case.ts';
import { caching } from './caching.ts';
import { hardLinks } from './hard-links.ts';
import { intoFolders } from './into-folders.ts';
import { mounts } from './mounts.ts';
import { repeats } from './repeats.ts';
import { onUntidyBases } from './untidy-bases.ts';

/** Cases that are made by rule: each family pairs what is done with what it is done to. */
export function familyCases(): Case[] {
  return [...intoFolders(), ...repeats(), ...onUntidyBases(), ...hardLinks(), ...mounts(), ...caching()];
}

/** Those that CI compares. */
export function settledFamilyCases(): Case[] {
  return familyCases().filter((one) => one.name.startsWith('untidy/') && one.name.endsWith('-exported'));
}
