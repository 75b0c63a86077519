import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fixture, FixtureEntry } from '../harness/fixture.ts';

export const dockerfilesFolder = join(import.meta.dirname, '../dockerfiles');

/** A Dockerfile of test/dockerfiles, with what its sidecar `NAME.json` says; or one of test/parity/families. */
export interface Case {
  /** Topic and name, for instance copy/chown-by-name. */
  readonly name: string;
  readonly dockerfile: { readonly file: string } | { readonly text: string };
  /** More of the command line; $CONTEXT, $SERVER and $DIR (the folder of the Dockerfile) are replaced. */
  readonly flags: readonly string[];
  /** Instead of the usual context. */
  readonly context?: Fixture;
  /** On top of the usual context. */
  readonly extra?: Fixture;
  /** The builders are to refuse it; or `either`: whatever BuildKit does is right. */
  readonly rejects: boolean | 'either';
  /** What is compared: the image, what `--call check` says, or both. */
  readonly compares: 'images' | 'checks' | 'both';
  /** Built for this platform. */
  readonly platform?: string;
  /** Builds that follow, each compared as the first one. */
  readonly rebuilds?: readonly Rebuild[];
  /** Which steps are cached is compared too. */
  readonly comparesCached?: boolean;
  /** An ordinary user cannot build it, for this reason. */
  readonly onlyRoot?: string;
  /** False: what executes the steps shows in nothing that is compared, and so may be the quicker one. Default true. */
  readonly runtimeMatters?: boolean;
  /** Names of the cases that are stages of this one. */
  readonly holds?: readonly string[];
}

/** One more build of a case, in the state that the one before it left. */
export interface Rebuild {
  /** Made anew in the context; null removes. */
  readonly changes?: Readonly<Record<string, string | FixtureEntry | null>>;
  /** Instead of the flags before. */
  readonly flags?: readonly string[];
  /** Instead of the Dockerfile before. */
  readonly text?: string;
}

interface Sidecar {
  readonly flags?: readonly string[];
  readonly context?: Fixture;
  readonly extra?: Fixture;
  readonly rejects?: boolean;
  readonly platform?: string;
  readonly checksOnly?: boolean;
  readonly onlyRoot?: string;
  readonly why?: string;
}

export function readCases(): Case[] {
  return globSync('*/*.Dockerfile', { cwd: dockerfilesFolder }).toSorted().map(readCase);
}

function readCase(path: string): Case {
  const file = join(dockerfilesFolder, path);
  const sidecar = file.replace(/\.Dockerfile$/, '.json');
  const { flags = [], rejects = false, checksOnly, why: _, ...rest } = existsSync(sidecar) ? (JSON.parse(readFileSync(sidecar, 'utf8')) as Sidecar) : {};
  return { name: path.replace(/\.Dockerfile$/, ''), dockerfile: { file }, flags, rejects, compares: checksOnly === true ? 'checks' : 'both', ...rest };
}
