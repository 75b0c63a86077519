import { parseGoBool } from '../../core/go/index.ts';
import { requestError } from './error.ts';

/** What the build args that are for the builder itself ask for. */
export interface BuiltInArgs {
  /** BUILDKIT_MULTI_PLATFORM: an index, and a folder per platform, also for one platform. Absent where it was not said. */
  readonly multiPlatform?: boolean;
  /** BUILDKIT_CACHE_MOUNT_NS. */
  readonly cacheMountNamespace?: string;
  /** BUILDKIT_SANDBOX_HOSTNAME. */
  readonly hostname?: string;
  /** BUILDKIT_CONTEXT_KEEP_GIT_DIR. */
  readonly keepGitDir: boolean;
  /** Those that ask for what is not made here, each with what to tell of it. */
  readonly withoutEffect: readonly string[];
}

/**
 * Reads the build args that docker build knows by name, but for those of the frontend: BUILDKIT_SYNTAX, BUILDKIT_DOCKERFILE_CHECK, SOURCE_DATE_EPOCH. BUILDKIT_BUILD_NAME
 * is the name of the build in lists of builds, which there are none of, and BUILDKIT_SBOM_SCAN_* say what an SBOM that was asked for is to hold. Errors: BUILD_ARG_INVALID.
 */
export function readBuiltInArgs(buildArgs: Readonly<Record<string, string>>): BuiltInArgs {
  const multiPlatform = buildArgs['BUILDKIT_MULTI_PLATFORM'] || undefined;
  const cacheMountNamespace = buildArgs['BUILDKIT_CACHE_MOUNT_NS'];
  const hostname = buildArgs['BUILDKIT_SANDBOX_HOSTNAME'];
  return {
    ...(multiPlatform === undefined ? {} : { multiPlatform: requireBool('BUILDKIT_MULTI_PLATFORM', multiPlatform) }),
    ...(cacheMountNamespace === undefined ? {} : { cacheMountNamespace }),
    ...(hostname === undefined ? {} : { hostname }),
    // docker build takes what is no boolean for unsaid
    keepGitDir: parseGoBool(buildArgs['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? '') === true,
    withoutEffect: Object.entries(buildArgs).flatMap(([name, value]) => withoutEffect(name, value)),
  };
}

function withoutEffect(name: string, value: string): string[] {
  if (name === 'BUILDKIT_INLINE_CACHE' && parseGoBool(value) === true)
    return [`${name} has no effect: no cache is put into images. The cache is in the store; keep that folder between builds.`];
  if (name.startsWith('BUILDKIT_ATTEST_') && parseGoBool(value) !== false && !/(?:^|,)disabled=true(?:,|$)/.test(value))
    return [`${name} has no effect: attestations are not made by this version.`];
  return [];
}

function requireBool(name: string, value: string): boolean {
  const read = parseGoBool(value);
  if (read !== undefined) return read;
  throw requestError('BUILD_ARG_INVALID', `Cannot use --build-arg ${name}=${value}: it is no boolean`, 'Write 1 or 0.');
}
