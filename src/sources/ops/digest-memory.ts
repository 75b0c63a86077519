import { createHash, hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../../core/oci/index.ts';

/** The file of the store that remembers the digests of a context folder. */
export function digestMemoryFile(storeRoot: string, contextRoot: string): string {
  return join(storeRoot, 'contexts', createHash('sha256').update(contextRoot).digest('hex').slice(0, 32));
}

/**
 * Digests of files by device, inode, size, mtime and ctime, kept in one file: a table in columns, sorted by inode, that is used as it is read.
 * What cannot be read, is damaged, or was written by another version counts as empty; what cannot be written is left out: it only saves time.
 */
export class DigestMemory {
  readonly #file: string | undefined;
  #table: Table | undefined;
  #seen: Uint8Array = new Uint8Array(0);
  readonly #added: Added[] = [];

  constructor(file: string | undefined) {
    this.#file = file;
  }

  find(stat: Stats): Digest | undefined {
    const table = (this.#table ??= this.#load());
    const inode = stat.ino;
    let low = 0;
    let high = table.inodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (table.inodes[middle]! < inode) low = middle + 1;
      else high = middle;
    }
    for (let i = low; table.inodes[i] === inode; i += 1) {
      if (table.ctimes[i] !== stat.ctimeMs || table.mtimes[i] !== stat.mtimeMs || table.sizes[i] !== stat.size || table.devices[i] !== stat.dev) continue;
      this.#seen[i] = 1;
      return `sha256:${table.digests.toString('hex', i * 32, i * 32 + 32)}` as Digest;
    }
    return undefined;
  }

  /**
   * Remembers the digest of a file that was read at `readAtMs`, unless the file was changed so shortly before that another change could leave it with the same
   * times: clocks of filesystems tick every few milliseconds, of some every two seconds.
   */
  add(stat: Stats, digest: Uint8Array, readAtMs: number): void {
    const tickMs = stat.ctimeMs % 1000 === 0 ? 2000 : 10;
    if (readAtMs - Math.max(stat.mtimeMs, stat.ctimeMs) <= tickMs) return;
    this.#added.push({ inode: stat.ino, device: stat.dev, size: stat.size, mtime: stat.mtimeMs, ctime: stat.ctimeMs, digest, age: 0 });
  }

  /** Writes the file anew where something was added. What was not asked for in several savings is dropped. */
  save(): void {
    if (this.#file === undefined || this.#added.length === 0) return;
    const rows = [...this.#rows(), ...this.#added].sort((a, b) => a.inode - b.inode);
    this.#added.length = 0;
    const temporary = `${this.#file}.${process.pid}.${crypto.randomUUID()}`;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(temporary, encode(rows));
      renameSync(temporary, this.#file);
    } catch {
      rmSync(temporary, { force: true });
    }
    this.#table = undefined;
  }

  #rows(): Added[] {
    const table = (this.#table ??= this.#load());
    const rows: Added[] = [];
    for (let i = 0; i < table.inodes.length; i += 1) {
      const age = this.#seen[i] === 1 ? 0 : table.ages[i]! + 1;
      if (age > maximumAge) continue;
      rows.push({
        inode: table.inodes[i]!,
        device: table.devices[i]!,
        size: table.sizes[i]!,
        mtime: table.mtimes[i]!,
        ctime: table.ctimes[i]!,
        digest: table.digests.subarray(i * 32, i * 32 + 32),
        age,
      });
    }
    return rows;
  }

  #load(): Table {
    const table = readTable(this.#file);
    this.#seen = new Uint8Array(table.inodes.length);
    return table;
  }
}

interface Added {
  readonly inode: number;
  readonly device: number;
  readonly size: number;
  /** Milliseconds with fractions, as Node gives them. */
  readonly mtime: number;
  readonly ctime: number;
  readonly digest: Uint8Array;
  /** How often the table was saved without the row having been asked for. */
  readonly age: number;
}

interface Table {
  readonly inodes: Float64Array;
  readonly devices: Float64Array;
  readonly sizes: Float64Array;
  readonly mtimes: Float64Array;
  readonly ctimes: Float64Array;
  readonly digests: Buffer;
  readonly ages: Uint8Array;
}

const magic = 'OSSBDM02';
const checksumBytes = 32;
const rowBytes = 5 * 8 + 32 + 1;
const maximumAge = 8;

function readTable(file: string | undefined): Table {
  let data = Buffer.alloc(0);
  try {
    if (file !== undefined) data = readFileSync(file);
  } catch {
    // Not there yet.
  }
  const body = data.subarray(magic.length + checksumBytes);
  const count = body.length / rowBytes;
  const sound =
    Number.isInteger(count) &&
    data.toString('latin1', 0, magic.length) === magic &&
    hash('sha256', body, 'buffer').equals(data.subarray(magic.length, magic.length + checksumBytes));
  const rows = sound ? count : 0;
  // A copy, because the columns must be aligned.
  const bytes = new Uint8Array(rows * rowBytes);
  if (sound) bytes.set(body);
  const column = (index: number): number => index * rows * 8;
  return {
    inodes: new Float64Array(bytes.buffer, column(0), rows),
    devices: new Float64Array(bytes.buffer, column(1), rows),
    sizes: new Float64Array(bytes.buffer, column(2), rows),
    mtimes: new Float64Array(bytes.buffer, column(3), rows),
    ctimes: new Float64Array(bytes.buffer, column(4), rows),
    digests: Buffer.from(bytes.buffer, column(5), rows * 32),
    ages: new Uint8Array(bytes.buffer, column(5) + rows * 32, rows),
  };
}

function encode(rows: readonly Added[]): Buffer {
  const data = Buffer.alloc(rows.length * rowBytes);
  const count = rows.length;
  const numbers = new Float64Array(count * 5);
  const digestsAt = 5 * 8 * count;
  for (const [i, row] of rows.entries()) {
    numbers[i] = row.inode;
    numbers[count + i] = row.device;
    numbers[2 * count + i] = row.size;
    numbers[3 * count + i] = row.mtime;
    numbers[4 * count + i] = row.ctime;
    data.set(row.digest, digestsAt + i * 32);
    data[digestsAt + count * 32 + i] = row.age;
  }
  data.set(Buffer.from(numbers.buffer));
  return Buffer.concat([Buffer.from(magic, 'latin1'), hash('sha256', data, 'buffer'), data]);
}
