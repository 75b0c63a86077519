import type { Platform } from '../../core/oci/index.ts';
import type { Entitlement } from '../../host/devices/index.ts';
import type { SecretSource, SshSource } from '../../sources/secrets/index.ts';

export type { Entitlement } from '../../host/devices/index.ts';
export type { SecretSource, SshSource } from '../../sources/secrets/index.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** One `--output`. */
export type Output =
  | {
      readonly kind: 'image';
      readonly names: readonly string[];
      readonly push: boolean;
      readonly insecure?: boolean;
      readonly ociMediaTypes?: boolean;
      readonly compression?: Compression;
      readonly compressionLevel?: number;
      readonly forceCompression?: boolean;
    }
  /** `dest` '-' is standard output. `tar: false` writes a folder. */
  | {
      readonly kind: 'oci' | 'docker';
      readonly dest: string;
      readonly tar: boolean;
      readonly names: readonly string[];
      readonly compression?: Compression;
      readonly compressionLevel?: number;
      readonly forceCompression?: boolean;
    }
  | { readonly kind: 'local'; readonly dest: string }
  | { readonly kind: 'tar'; readonly dest: string }
  | { readonly kind: 'cacheonly' }
  /** `docker load`. */
  | { readonly kind: 'load'; readonly names: readonly string[] };

/** `--build-context name=value`, and the main context. */
export type ContextSource =
  | { readonly kind: 'dir'; readonly path: string }
  | { readonly kind: 'image'; readonly ref: string }
  | { readonly kind: 'oci-layout'; readonly path: string; readonly ref: string }
  | { readonly kind: 'git'; readonly url: string }
  | { readonly kind: 'http'; readonly url: string }
  /** A tar, or with `dockerfileOnly` a Dockerfile, read from standard input. */
  | { readonly kind: 'stdin' };

/** What `ossb build` asks for. Everything is optional but the context. */
export interface BuildRequest {
  readonly context: ContextSource;
  /** Path, or '-' for standard input. Default `Dockerfile` in the context. */
  readonly file?: string;
  /** The text of the Dockerfile itself, instead of `file`. */
  readonly dockerfileText?: string;
  readonly target?: string;
  readonly tags?: readonly string[];
  /** A value of undefined is taken from the environment. */
  readonly buildArgs?: Readonly<Record<string, string | undefined>>;
  readonly buildContexts?: Readonly<Record<string, ContextSource>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** `[manifest|index|manifest-descriptor|index-descriptor[platform]:]key=value` parsed. */
  readonly annotations?: readonly Annotation[];
  readonly secrets?: Readonly<Record<string, SecretSource>>;
  readonly ssh?: readonly SshSource[];
  /** Default: the platform of this machine. */
  readonly platforms?: readonly Platform[];
  readonly outputs?: readonly Output[];
  readonly push?: boolean;
  readonly noCache?: boolean;
  readonly noCacheFilter?: readonly string[];
  readonly pull?: boolean;
  readonly network?: 'default' | 'host' | 'none';
  readonly addHosts?: readonly { readonly host: string; readonly ip: string }[];
  readonly shmSizeBytes?: number;
  /** Cache mounts of one namespace are apart from those of others. Default: the build arg BUILDKIT_CACHE_MOUNT_NS, else the one namespace of all projects. */
  readonly cacheNamespace?: string;
  /** What steps may ask for beyond the sandbox: RUN --network=host, RUN --security=insecure, RUN --device. */
  readonly allow?: readonly Entitlement[];
  /** Folders with files of the Container Device Interface. Default: /etc/cdi, /var/run/cdi, /etc/buildkit/cdi. */
  readonly cdiFolders?: readonly string[];
  readonly registryMirrors?: Readonly<Record<string, readonly string[]>>;
  /** Hosts that are spoken to over plain HTTP or with unchecked certificates. */
  readonly insecureRegistries?: readonly string[];
  /** Seconds since 1970. Default: the build arg, else the environment's SOURCE_DATE_EPOCH. */
  readonly sourceDateEpoch?: number;
  /** Store folder. Default: OSSB_ROOT, else /var/lib/ossb for root and ~/.local/share/ossb for others. */
  readonly root?: string;
  /** Rules and results of the build checks only; nothing is built. */
  readonly call?: 'build' | 'check' | 'outline' | 'targets';
}

export interface Annotation {
  readonly level: 'manifest' | 'index' | 'manifest-descriptor' | 'index-descriptor';
  readonly platform?: Platform;
  readonly key: string;
  readonly value: string;
}
