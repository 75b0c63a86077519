import { mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mount, mountFlags, SysError, unmount } from '../../host/sys/index.ts';
import { checkDepth, topmost } from '../../layers/index/index.ts';

export interface OverlayRequest {
  /** Folders of unpacked layers, lowest first; none is an empty tree. A folder that stands in it twice counts where it is topmost. */
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

export interface OverlayOptions {
  /** A private folder for short names and the empty lowest layer, on a filesystem that goes with this process. */
  readonly folder: string;
  /** Within a user namespace overlayfs keeps its marks in `user.*` attributes. */
  readonly userxattr: boolean;
}

/** Mounts chains of layer folders with overlayfs. Each mount leaves the process in the root folder: it may use no relative path. */
export class Overlays {
  readonly #options: OverlayOptions;
  readonly #names = new Map<string, string>();
  #count = 0;
  /** Kernels before 5.10 do not know it. */
  #volatile = true;

  constructor(options: OverlayOptions) {
    this.#options = options;
    for (const name of ['empty.d', 'lowest.d']) mkdirSync(join(options.folder, name), { recursive: true });
  }

  /** Errors: SNAPSHOT_TOO_DEEP, SYSCALL_FAILED. */
  mount(request: OverlayRequest): Mounted {
    checkDepth(request.lower);
    const lower = topmost(request.lower.toReversed()).map((folder) => this.#shortName(folder));
    // A view needs two layers; an empty one below also hides the whiteouts of a lowest layer.
    if (!request.upper || lower.length === 0) lower.push('empty.d');
    if (!request.upper && lower.length === 1) lower.push('lowest.d');
    const options = [`lowerdir=${lower.join(':')}`];
    const links = request.upper ? [this.#link(request.upper.upper), this.#link(request.upper.work)] : [];
    if (request.upper) options.push(`upperdir=${links[0]}`, `workdir=${links[1]}`);
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
        this.#mountHere([...options, 'volatile'], target, flags);
        return;
      } catch (error) {
        if (!(error instanceof SysError) || error.errno !== 'EINVAL') throw error;
        this.#volatile = false;
      }
    }
    this.#mountHere(options, target, flags);
  }

  /**
   * mount(2) takes 4095 bytes of options, which 60 full paths fill. So layers have short names in a folder that is the working directory while the kernel reads them.
   * Afterwards that is the root, the one folder that can always be entered.
   */
  #mountHere(options: readonly string[], target: string, flags: number): void {
    process.chdir(this.#options.folder);
    try {
      mount({ source: 'overlay', target, type: 'overlay', flags, options: options.join(',') });
    } finally {
      process.chdir('/');
    }
  }

  #shortName(folder: string): string {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const name = this.#link(folder);
    this.#names.set(folder, name);
    return name;
  }

  #link(folder: string): string {
    const name = (this.#count++).toString(36);
    symlinkSync(folder, join(this.#options.folder, name));
    return name;
  }
}
