import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, lutimesSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, lchownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setXattr } from '../../src/host/sys/index.ts';

/** A tree said in words: path to entry. A string is a file's text; a path that ends in '/' is a folder. */
export type Fixture = Readonly<Record<string, string | FixtureEntry>>;

export interface FixtureEntry {
  readonly text?: string;
  /** A file of these bytes. */
  readonly base64?: string;
  /** A file of this many bytes that do not compress, from its own path as seed. */
  readonly size?: number;
  /** Symlink to. */
  readonly link?: string;
  /** Hard link to another path of the fixture, listed before. */
  readonly hard?: string;
  readonly special?: 'fifo' | 'socket' | 'device';
  /** A tar of a fixture, compressed as said. */
  readonly archive?: { readonly compression: '' | 'gzip' | 'bzip2' | 'xz' | 'zstd'; readonly entries: Fixture };
  readonly mode?: string;
  readonly owner?: readonly [uid: number, gid: number];
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Seconds since 1970; without it all have the same day in 2020. */
  readonly mtime?: number;
}

const usualTime = 1_577_934_245;

/** Makes the tree. Owners, devices and most xattrs need root. */
export function makeFixture(folder: string, fixture: Fixture): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, entry] of Object.entries(fixture)) makeEntry(folder, path, typeof entry === 'string' ? { text: entry } : entry);
  // Times last, deepest first, since making an entry changes its folder's.
  for (const [path, entry] of Object.entries(fixture).toReversed()) {
    const time = (typeof entry === 'string' ? undefined : entry.mtime) ?? usualTime;
    lutimesSync(join(folder, path), time, time);
  }
}

function makeEntry(folder: string, path: string, entry: FixtureEntry): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  if (entry.link !== undefined) symlinkSync(entry.link, target);
  else if (entry.hard !== undefined) return linkSync(join(folder, entry.hard), target);
  else if (entry.special !== undefined) makeSpecial(target, entry.special);
  else if (entry.archive !== undefined) makeArchive(target, entry.archive);
  else if (path.endsWith('/')) mkdirSync(target, { recursive: true });
  else writeFileSync(target, contentOf(path, entry));
  if (entry.owner) (entry.link === undefined ? chownSync : lchownSync)(target, ...entry.owner);
  if (entry.link === undefined) chmodSync(target, parseInt(entry.mode ?? (path.endsWith('/') ? '755' : '644'), 8));
  for (const [name, value] of Object.entries(entry.xattrs ?? {})) setXattr(target, name, Buffer.from(value, 'latin1'));
}

function contentOf(path: string, { text, base64, size }: FixtureEntry): string | Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return size === undefined ? (text ?? '') : noise(path, size);
}

function makeSpecial(target: string, special: 'fifo' | 'socket' | 'device'): void {
  if (special === 'fifo') execFileSync('mkfifo', [target]);
  else if (special === 'device') execFileSync('mknod', [target, 'c', '1', '3']);
  // A server that is killed leaves its socket behind.
  else
    execFileSync('sh', [
      '-c',
      '"$0" -e "require(\'net\').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))" "$1" || test -S "$1"',
      process.execPath,
      target,
    ]);
}

function makeArchive(target: string, archive: NonNullable<FixtureEntry['archive']>): void {
  const work = mkdtempSync(join(tmpdir(), 'fixture-'));
  makeFixture(work, archive.entries);
  const compression = archive.compression === '' ? [] : [`--${archive.compression}`];
  const flags = ['--format=pax', '--xattrs', '--sort=name', '--numeric-owner', '--pax-option=delete=atime,delete=ctime'];
  execFileSync('tar', [...compression, ...flags, '-C', work, '-cf', target, ...rootsOf(archive.entries)]);
  rmSync(work, { recursive: true });
}

function rootsOf(entries: Fixture): readonly string[] {
  return [...new Set(Object.keys(entries).map((path) => path.split('/')[0]!))];
}

/** Bytes that look random and are the same each time (xorshift). */
export function noise(seed: string, size: number): Buffer {
  let state = Buffer.from(seed).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 2_463_534_242) || 1;
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state >>> 0;
  }
  return Buffer.from(words.buffer, 0, size);
}
