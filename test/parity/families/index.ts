import { batches, textOf } from '../batches.ts';
import type { Case } from '../case.ts';
import { isSettled } from '../settled.ts';
import { archives } from './archives.ts';
import { caching } from './caching.ts';
import { checksOfBases } from './checks-of-bases.ts';
import { hardLinks } from './hard-links.ts';
import { intoFolders } from './into-folders.ts';
import { mounts } from './mounts.ts';
import { repeats } from './repeats.ts';
import { onUntidyBases } from './untidy-bases.ts';

/** Cases that are made by rule: each family pairs what is done with what it is done to. */
export function familyCases(): Case[] {
  return [...intoFolders(), ...repeats(), ...onUntidyBases(), ...hardLinks(), ...mounts(), ...caching(), ...archives(), ...checksOfBases()];
}

/** Those that CI compares, most of them as stages of a batch. */
export function settledFamilyCases(): Case[] {
  const settled = familyCases().filter(isSettled);
  return [...settled.filter((one) => !fitsBatch(one)), ...batches(settled.filter(fitsBatch))];
}

/** Whether a case says everything by its listings: it is built once, in a context that others use, and its mounts keep nothing that another stage would find. */
function fitsBatch(one: Case): boolean {
  const text = textOf(one);
  if (alone.test(one.name)) return false;
  return one.rebuilds === undefined && one.context === undefined && text.trimEnd().split('\n').at(-1)!.includes('snap ') && !text.includes('type=cache');
}

/** Whose layers and config are compared too. */
const alone = /^(into\/(copy-file-sticky|workdir-deep-a|copy-chown-chmod-empty)|repeats\/copy-file-twice-then-run)$/;
