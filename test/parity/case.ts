import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fixture } from '../harness/fixture.ts';

export const dockerfilesFolder = join(import.meta.dirname, '../dockerfiles');

/** A Dockerfile of test/dockerfiles, with what its sidecar `NAME.json` says. */
export interface Case {
  /** Topic and name, for instance copy/chown-by-name. */
  readonly name: string;
  readonly file: string;
  /** More of the command line; $CONTEXT, $SERVER and $DIR (the folder of the Dockerfile) are replaced. */
  readonly flags: readonly string[];
  /** Instead of the usual context. */
  readonly context?: Fixture;
  /** On top of the usual context. */
  readonly extra?: Fixture;
  /** The builders are to refuse it. */
  readonly rejects: boolean;
  /** Only what `--call check` says is compared; nothing is built. */
  readonly checksOnly?: boolean;
  /** Built for this platform. */
  readonly platform?: string;
}

interface Sidecar {
  readonly flags?: readonly string[];
  readonly context?: Fixture;
  readonly extra?: Fixture;
  readonly rejects?: boolean;
  readonly platform?: string;
  readonly checksOnly?: boolean;
  readonly why?: string;
}

export function readCases(): Case[] {
  return globSync('*/*.Dockerfile', { cwd: dockerfilesFolder }).toSorted().map(readCase);
}

function readCase(path: string): Case {
  const file = join(dockerfilesFolder, path);
  const sidecar = file.replace(/\.Dockerfile$/, '.json');
  const { flags = [], rejects = false, why: _, ...rest } = existsSync(sidecar) ? (JSON.parse(readFileSync(sidecar, 'utf8')) as Sidecar) : {};
  return { name: path.replace(/\.Dockerfile$/, ''), file, flags, rejects, ...rest };
}
