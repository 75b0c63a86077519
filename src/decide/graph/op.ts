import type { Mount, MountType } from '../../language/dockerfile/index.ts';
import type { Digest, DiffID, Platform } from '../../core/oci/index.ts';

/**
 * One build operation. Everything in an op is part of its cache key, except where a comment says "not in the key".
 * `input` numbers count the inputs of the vertex that holds the op.
 */
export type Op = ScratchOp | ImageOp | LocalOp | HttpOp | GitOp | OciLayoutOp | RunOp | CopyOp | MkdirOp | MergeOp;

/** The empty filesystem. */
export interface ScratchOp {
  readonly kind: 'scratch';
}

/** An image that was resolved: its filesystem. The content id is made of the diffIDs. */
export interface ImageOp {
  readonly kind: 'image';
  /** Full reference, as `docker.io/library/alpine:3.19`. Not in the key. */
  readonly ref: string;
  /** Of the platform's manifest. Not in the key. */
  readonly manifest: Digest;
  readonly platform: Platform;
  readonly diffIDs: readonly DiffID[];
}

/** A folder of the user's machine, filtered by its ignore file. */
export interface LocalOp {
  readonly kind: 'local';
  /** `context`, or the name of a named context. */
  readonly name: string;
  /** The files have owners that mean something, as those of a tar: copies keep them. Otherwise they are 0:0. */
  readonly keepOwner?: true;
}

/** A file fetched from http or https. The result holds it at `/<filename>`. */
export interface HttpOp {
  readonly kind: 'http';
  readonly url: string;
  readonly filename?: string;
  readonly checksum?: Digest;
}

/** A commit of a git repository. The result holds its files at `/`. */
export interface GitOp {
  readonly kind: 'git';
  readonly url: string;
  readonly ref?: string;
  readonly subdir?: string;
  readonly checksum?: string;
  readonly keepGitDir: boolean;
  readonly submodules: boolean;
  readonly mtime?: 'checkout' | 'commit';
  /** Ask the server for the commit itself rather than for a branch or tag. */
  readonly fetchByCommit?: boolean;
}

/** An image of an OCI layout folder. */
export interface OciLayoutOp {
  readonly kind: 'oci-layout';
  /** Folder. Not in the key. */
  readonly path: string;
  readonly manifest: Digest;
  readonly platform: Platform;
  readonly diffIDs: readonly DiffID[];
}

/** Input 0 is the root filesystem; further inputs serve mounts. */
export interface RunOp {
  readonly kind: 'run';
  readonly args: readonly string[];
  /** `NAME=value`, in order, ARGs included. */
  readonly env: readonly string[];
  /** Not in the key: proxy variables and whatever else must not lead to another result. */
  readonly uncachedEnv: readonly string[];
  readonly cwd: string;
  /** `name`, `uid`, `name:group`, `uid:gid`; empty means 0:0. */
  readonly user: string;
  readonly network: 'default' | 'host' | 'none';
  readonly security: 'sandbox' | 'insecure';
  readonly hostname?: string;
  readonly extraHosts: readonly { readonly host: string; readonly ip: string }[];
  readonly mounts: readonly RunMount[];
  /** Scripts of heredocs with a `#!` line, shown at `/dev/pipes/<name>` while the step runs. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
  readonly platform: Platform;
  /** Bytes of /dev/shm; default 64 MiB. */
  readonly shmSizeBytes?: number;
  /** CDI device names. */
  readonly devices: readonly { readonly name: string; readonly required: boolean }[];
}

/** The members that the language gives a mount of a type. */
type Written<Type extends MountType> = Omit<Extract<Mount, { readonly type: Type }>, 'type'>;

/** A mount of the language, with what it reads from as an input. What a member is, `Mount` says. */
export type RunMount =
  | ({ readonly kind: 'bind'; readonly input: number } & Omit<Written<'bind'>, 'from'>)
  /** `input` has the initial contents; `id` begins with the namespace. */
  | ({ readonly kind: 'cache'; readonly input?: number; readonly source: string } & Omit<Written<'cache'>, 'from' | 'source'>)
  | ({ readonly kind: 'tmpfs' } & Written<'tmpfs'>)
  | ({ readonly kind: 'secret' } & Written<'secret'>)
  | ({ readonly kind: 'ssh'; readonly target: string } & Omit<Written<'ssh'>, 'target'>);

/** The mounts of one kind. */
export type RunMountOf<Kind extends RunMount['kind']> = Extract<RunMount, { readonly kind: Kind }>;

/** What one source of a copy selects. */
export type CopySource =
  | {
      readonly kind: 'paths';
      readonly input: number;
      /** Absolute within the input, cleaned; may hold wildcards. */
      readonly pattern: string;
      /** Read `pattern` as a wildcard pattern. */
      readonly wildcard: boolean;
      /** A wildcard that matches nothing copies nothing. */
      readonly allowEmpty: boolean;
      /** A folder gives its contents and not itself. */
      readonly contentsOnly: boolean;
      /**
       * What follows the pivot is kept below the destination, and its wildcards are those of ignore files (`**`); '' where --parents has no `/./`; absent without
       * --parents. The pivot is absolute, and `pattern` begins with it.
       */
      readonly parents?: { readonly pivot: string };
      /** 'auto': archives are unpacked (local ADD); true: must be one; false: never. */
      readonly unpack: 'auto' | true | false;
    }
  | { readonly kind: 'inline'; readonly name: string; readonly content: string };

/** Input 0 is the state that is copied onto, unless `link`; sources name their input. One op makes one layer. */
export interface CopyOp {
  readonly kind: 'copy';
  readonly sources: readonly CopySource[];
  /** Absolute. */
  readonly destination: string;
  /** True where the destination was written with `/` or `/.` at its end; several sources alone do not make it a folder, as with docker build. */
  readonly destinationIsDir: boolean;
  readonly exclude: readonly string[];
  /** As in --chown, looked up in input 0; absent keeps 0:0 for local and keeps the owner for `keepOwner`. */
  readonly chown?: string;
  /** From images and stages owners are kept; from the context and from URLs they are 0:0. */
  readonly keepOwner: boolean;
  /** Octal or symbolic, as written. */
  readonly chmod?: string;
  /** The destination is never read: the layer is made on scratch. */
  readonly link: boolean;
}

/** WORKDIR: makes a folder and its missing parents on input 0. */
export interface MkdirOp {
  readonly kind: 'mkdir';
  readonly path: string;
  readonly mode: number;
  /** As CopyOp.chown. */
  readonly owner?: string;
}

/** Puts the layers of input 1 on the state of input 0 (COPY --link). */
export interface MergeOp {
  readonly kind: 'merge';
}
