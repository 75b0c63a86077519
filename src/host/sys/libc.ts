import { createRequire } from 'node:module';
import type Koffi from 'koffi';
import { SysError } from './error.ts';

/** A path as text, or as raw bytes where the name is not UTF-8. */
export type Path = string | Buffer;

type CallArgument = string | number | bigint | Uint8Array | null | readonly (string | null)[];
/** A function of the C library. */
export type LibcFunction = (...args: CallArgument[]) => number;

/** Lazily bound functions of the C library; koffi is loaded by the first call. */
class Libc {
  #koffi: typeof Koffi | undefined;
  #library: ReturnType<typeof Koffi.load> | undefined;
  readonly #functions = new Map<string, LibcFunction>();

  /** The function with this C prototype (koffi's type names). */
  bind(prototype: string): LibcFunction {
    const known = this.#functions.get(prototype);
    if (known) return known;
    this.#koffi ??= createRequire(import.meta.url)('koffi') as typeof Koffi;
    this.#library ??= this.#koffi.load(null);
    const bound = this.#library.func(prototype) as LibcFunction;
    this.#functions.set(prototype, bound);
    return bound;
  }

  /** Where a buffer's bytes are, for a structure that points to them; valid while the buffer is held. */
  address(buffer: Uint8Array): bigint {
    this.#koffi ??= createRequire(import.meta.url)('koffi') as typeof Koffi;
    return this.#koffi.address(buffer);
  }

  /** The symbolic name of the last call's errno, as `ENOENT`. */
  errno(): string {
    return this.errnoName(this.#koffi?.errno() ?? 0);
  }

  /** The symbolic name of an error number. */
  errnoName(value: number): string {
    return Object.entries(this.#koffi?.os.errno ?? {}).find(([, number]) => number === value)?.[0] ?? `errno ${value}`;
  }
}

/** Holds nothing but bound functions: the one memo that every call shares. */
export const libc = new Libc();

/** A NUL in a path would cut it short in C: refuse it as the kernel's own callers do. */
export function cString(path: Path): Path {
  if (typeof path === 'string') {
    if (path.includes('\0')) throw new SysError('SYSCALL_FAILED', `Cannot use path ${JSON.stringify(path)}: it holds a NUL byte`, { errno: 'EINVAL' });
    return path;
  }
  if (path.includes(0)) throw new SysError('SYSCALL_FAILED', `Cannot use path ${JSON.stringify(path.toString())}: it holds a NUL byte`, { errno: 'EINVAL' });
  return Buffer.concat([path, Buffer.alloc(1)]);
}

/** The error for a call that just returned -1. `action` completes "Cannot ...". */
export function syscallError(action: string, errno: string = libc.errno(), hint?: string): SysError {
  return new SysError('SYSCALL_FAILED', `Cannot ${action}: ${errno}`, { errno, hint });
}
