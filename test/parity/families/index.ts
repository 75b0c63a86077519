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

/** Those that CI compares: of the others it is not settled yet that the builders agree. */
export function settledFamilyCases(): Case[] {
  return familyCases().filter((one) => settled.test(one.name));
}

const settled =
  /^(untidy\/.*-exported|caching\/(?!stage-rebuilt|file-copied|content-changes-alone|link-on|mounted-context).*|into\/(copy-file-sticky|workdir-deep-a|copy-chown-chmod-empty)|repeats\/copy-file-twice-then-run)$/;
