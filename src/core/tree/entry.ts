import type { Digest, DiffID } from '../oci/index.ts';
import type { TarType } from '../tar/index.ts';

export type EntryType = TarType;

/** One path of a filesystem tree. */
export interface TreeNode {
  /** Without leading and trailing slash; '' is the root. */
  readonly path: string;
  readonly type: EntryType;
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a file; 0 for everything else. */
  readonly size: number;
  /** Whole seconds since 1970; may be negative. */
  readonly mtimeSec: number;
  /** 0 to 999 999 999. */
  readonly mtimeNs: number;
  /** Target of a symlink as written; for a hardlink the path of the first name, in TreeNode.path form. A FileTree shows a hardlink with the size, mode, owner and digest of its file. */
  readonly link?: string;
  readonly major?: number;
  readonly minor?: number;
  /** Values in base64. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Of the content, for files. Absent on trees that compute it on demand. */
  readonly digest?: Digest;
}

/** One entry of a layer. */
export interface LayerEntry extends TreeNode {
  /** A path that this layer deletes (`whiteout`), or a folder whose lower contents it hides (`opaque`, then `type` is 'dir'). */
  readonly whiteout?: 'whiteout' | 'opaque';
  /** An opaque folder that the layer has no entry of its own for, only the mark: its attributes are those of the layers below. */
  readonly implied?: true;
  /** Where the file's content starts in the uncompressed tar, bytes. */
  readonly offset?: number;
}

/** The table of one layer, in the order of the tar. */
export interface LayerIndex {
  readonly diffID: DiffID;
  /** Digest of the entries without times and offsets; an empty layer has the digest of nothing. */
  readonly contentDigest: Digest;
  /** Bytes of the uncompressed tar. */
  readonly tarSize: number;
  readonly entries: readonly LayerEntry[];
}

/** A tree that can be asked: the union of a chain of layers, or a folder of the user's machine. */
export interface FileTree {
  /** The entry at the path itself, not followed where it is a symlink; parents that are symlinks are not followed either. */
  lookup(path: string): Promise<TreeNode | undefined>;
  /** The children of a folder, sorted by name (UTF-8 bytes). Empty for what is no folder. */
  list(path: string): Promise<readonly TreeNode[]>;
  /** The digest of a file's content. */
  contentDigest(node: TreeNode): Promise<Digest>;
  /** Where the bytes of a file are. */
  content(node: TreeNode): Promise<ContentSource>;
}

/** Where the bytes of a file can be read. */
export type ContentSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; /** base64 */ readonly data: string }
  /** A file of a layer in the store; read from whichever form of the layer there is. */
  | { readonly kind: 'layer'; readonly diffID: DiffID; readonly path: string };

/** An entry that is to be written into a new layer. */
export interface PlanEntry extends LayerEntry {
  /** For files. */
  readonly content?: ContentSource;
}
