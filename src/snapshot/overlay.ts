import { mkdirSync, openSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mount, mountFlags, SysError, unmount } from '../sys/index.ts';

export interface OverlayRequest {
  /** Folders of unpacked layers, lowest first; none is an empty tree. */
  readonly lower: readonly string[];
  /** Where changes go; absent for a read-only view. Both folders must be fresh and on one filesystem. */
  readonly upper?: { readonly upper: string; readonly work: string };
  /** An existing folder. */
  readonly target: string;
  /** Whether device nodes in the tree can be opened. Default false. */
  readonly devices?: boolean;
}

/** A mount; disposing of it unmounts. */
export interface Mounted extends Disposable {
  readonly path: string;
}

/** The most layers that the kernel takes (OVL_MAX_STACK). */
const MAX_LAYERS = 500;

export interface OverlayOptions {
  /** A private folder for short names and the empty lowest layer, on a filesystem that goes with this process. */
  readonly folder: string;
  /** Within a user namespace overlayfs keeps its marks in `user.*` attributes. */
  readonly userxattr: boolean;
}

/** Mounts chains of layer folders with overlayfs. */
export class Overlays {
  readonly #options: OverlayOptions;
  readonly #prefix: string;
  readonly #names = new Map<string, string>();
  #count = 0;
  /** Kernels before 5.10 do not know it. */
  #volatile = true;

  constructor(options: OverlayOptions) {
    this.#options = options;
    for (const name of ['empty.d', 'lowest.d']) mkdirSync(join(options.folder, name), { recursive: true });
    // mount(2) takes 4095 bytes of options, which 60 full paths fill. So layers get short names in a folder that is reached through its descriptor.
    this.#prefix = `/proc/self/fd/${openSync(options.folder, 'r')}`;
  }

  /** Errors: SYSCALL_FAILED. */
  mount(request: OverlayRequest): Mounted {
    if (request.lower.length > MAX_LAYERS) {
      throw new SysError('SYSCALL_FAILED', `Cannot mount ${request.lower.length} layers: the kernel takes ${MAX_LAYERS}`, {
        errno: 'E2BIG',
        hint: 'Join RUN, COPY and ADD instructions of the image.',
      });
    }
    const lower = request.lower.map((folder) => this.#shortName(folder)).reverse();
    // A view needs two layers; an empty one below also hides the whiteouts of a lowest layer.
    if (!request.upper || lower.length === 0) lower.push(`${this.#prefix}/empty.d`);
    if (!request.upper && lower.length === 1) lower.push(`${this.#prefix}/lowest.d`);
    const options = [`lowerdir=${lower.join(':')}`];
    const links = request.upper ? [this.#link(request.upper.upper), this.#link(request.upper.work)] : [];
    if (request.upper) options.push(`upperdir=${this.#prefix}/${links[0]}`, `workdir=${this.#prefix}/${links[1]}`);
    // With userxattr the kernel itself leaves out redirects and metacopy, and takes no word on them.
    options.push('index=off', ...(this.#options.userxattr ? ['userxattr'] : ['metacopy=off', 'redirect_dir=off']));
    const flags = (request.devices ? 0 : mountFlags.nodev) | (request.upper ? 0 : mountFlags.readonly);
    try {
      this.#mount(options, request.target, flags, request.upper !== undefined);
    } finally {
      for (const link of links) unlinkSync(join(this.#options.folder, link));
    }
    return { path: request.target, [Symbol.dispose]: () => unmount(request.target) };
  }

  #mount(options: readonly string[], target: string, flags: number, writable: boolean): void {
    if (writable && this.#volatile) {
      try {
        // The upper folder is trusted only once it became a layer: no sync on the way.
        mount({ source: 'overlay', target, type: 'overlay', flags, options: [...options, 'volatile'].join(',') });
        return;
      } catch (error) {
        if (!(error instanceof SysError) || error.errno !== 'EINVAL') throw error;
        this.#volatile = false;
      }
    }
    mount({ source: 'overlay', target, type: 'overlay', flags, options: options.join(',') });
  }

  #shortName(folder: string): string {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const name = `${this.#prefix}/${this.#link(folder)}`;
    this.#names.set(folder, name);
    return name;
  }

  #link(folder: string): string {
    const name = (this.#count++).toString(36);
    symlinkSync(folder, join(this.#options.folder, name));
    return name;
  }
}
