import { closeSync } from 'node:fs';
import { libc, syscallError } from './libc.ts';

/** The same numbers on every architecture. */
const LANDLOCK_CREATE_RULESET = 444;
const LANDLOCK_RESTRICT_SELF = 446;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1n;
/** The first interface with scopes: Linux 6.12. */
const SCOPES_ABI = 6;

const CREATE = 'int64_t syscall(int64_t number, const uint8_t *attributes, uint64_t size, uint32_t flags)';
const RESTRICT = 'int64_t syscall(int64_t number, int ruleset, uint32_t flags)';

/** Whether this kernel can keep processes from abstract unix sockets. */
export function canScopeSockets(): boolean {
  return libc.bind(CREATE)(LANDLOCK_CREATE_RULESET, null, 0, LANDLOCK_CREATE_RULESET_VERSION) >= SCOPES_ABI;
}

/**
 * Puts abstract unix sockets that others made out of reach of this thread and of all that it starts from now on; what those make, they reach. No right on files is
 * handled, since mount(2) and pivot_root(2) fail for who is restricted in any. Needs CAP_SYS_ADMIN in the user namespace. Returns false where the kernel has no
 * such scope. Errors: SYSCALL_FAILED.
 */
export function scopeSockets(): boolean {
  if (!canScopeSockets()) return false;
  // handled_access_fs, handled_access_net, scoped
  const attributes = Buffer.alloc(24);
  attributes.writeBigUInt64LE(LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, 16);
  const ruleset = libc.bind(CREATE)(LANDLOCK_CREATE_RULESET, attributes, attributes.length, 0);
  if (ruleset < 0) throw syscallError('make a Landlock ruleset');
  try {
    if (libc.bind(RESTRICT)(LANDLOCK_RESTRICT_SELF, ruleset, 0) < 0) throw syscallError('scope abstract unix sockets with Landlock');
  } finally {
    closeSync(ruleset);
  }
  return true;
}
