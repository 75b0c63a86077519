/** What an entry of a tar is. */
export type TarType = 'file' | 'dir' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';

/** One entry of a tar, as written there: names are not cleaned. */
export interface TarHeader {
  readonly name: string;
  readonly type: TarType;
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content: 0 for all but files. */
  readonly size: number;
  /** Whole seconds since 1970; may be negative. */
  readonly mtimeSec: number;
  /** 0 to 999 999 999. */
  readonly mtimeNs: number;
  /** Target of a symlink or hardlink; '' otherwise. */
  readonly link: string;
  readonly major: number;
  readonly minor: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

export const blockBytes = 512;

/** Limit of one extended header, long name or sparse map, bytes. */
export const extendedHeaderLimitBytes = 1 << 20;

/** Bytes up to the next block boundary. */
export function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** Positions in a header block (POSIX pax, ustar interchange format). */
export const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: 156,
  link: [157, 100],
  magic: 257,
  uname: [265, 32],
  gname: [297, 32],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;
