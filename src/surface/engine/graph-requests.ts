import type { ContextOrigin, GraphRequest } from '../../decide/frontend/index.ts';
import type { Platform } from '../../core/oci/index.ts';
import { readBuiltInArgs } from '../request/index.ts';
import type { BuildRequest } from '../request/index.ts';
import type { Settings } from '../request/index.ts';

export interface GraphInput {
  readonly mainContext: ContextOrigin;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly settings: Settings;
  /** Seconds since 1970. */
  readonly sourceDateEpoch: number | undefined;
}

/** What the frontend is asked for: one graph per platform. */
export function makeGraphRequests(request: BuildRequest, input: GraphInput): GraphRequest[] {
  const { mainContext, buildArgs, settings } = input;
  const { multiPlatform, cacheMountNamespace, hostname } = readBuiltInArgs(buildArgs);
  const platforms: readonly Platform[] = request.platforms?.length ? request.platforms : [settings.buildPlatform];
  return platforms.map((platform) => ({
    target: request.target,
    platform,
    implicitPlatform: !request.platforms?.length,
    buildPlatform: settings.buildPlatform,
    multiPlatform: multiPlatform ?? platforms.length > 1,
    buildArgs,
    labels: request.labels,
    namedContexts: Object.keys(request.buildContexts ?? {}),
    mainContext,
    noCache: request.noCache,
    noCacheFilter: request.noCacheFilter,
    network: request.network,
    addHosts: request.addHosts,
    shmSizeBytes: request.shmSizeBytes,
    sourceDateEpoch: input.sourceDateEpoch,
    cacheMountNamespace: request.cacheNamespace ?? cacheMountNamespace,
    hostname,
  }));
}
