import {
  checkUpToFault,
  parseDockerfile,
  parseWithFaults,
  type CheckContext,
  type Dockerfile,
  type ParseOptions,
  type Warning,
} from '../../language/dockerfile/index.ts';
import type { Frontend, FrontendPorts, GraphRequest } from '../../decide/frontend/index.ts';
import { BuildError } from '../../core/errors.ts';
import { digestOf } from '../../core/oci/index.ts';

/** A Dockerfile; of one that is at fault, `tell` gets the warnings above its first fault. Errors: as `parseDockerfile`. */
export function parseAndCheck(text: Uint8Array, options: ParseOptions, context: CheckContext, tell: (warning: Warning) => void): Dockerfile {
  try {
    return parseDockerfile(text, options);
  } catch (error) {
    if (error instanceof BuildError) checkUpToFault(parseWithFaults(text, options), context).forEach(tell);
    throw error;
  }
}

/** The warnings of a source of which nothing is built: all stages count unless a target is named. What was found in a source that is at fault is reported before the error. */
export async function findWarnings(
  { frontend, request, ignorePatterns }: CheckCall,
  ports: FrontendPorts,
  signal: AbortSignal,
  tell: (warning: Warning) => void,
): Promise<readonly Warning[]> {
  const everything = request.target === undefined || request.target === '' ? { ...request, allStages: true } : request;
  try {
    return frontend.check(request, { graph: await frontend.graph(everything, ports, signal), ignorePatterns });
  } catch (error) {
    if (error instanceof BuildError) frontend.check(request, { ignorePatterns }).forEach(tell);
    throw error;
  }
}

export interface CheckCall {
  readonly frontend: Frontend;
  readonly request: GraphRequest;
  readonly ignorePatterns: readonly string[] | undefined;
}

/** For an outline: in the place of a base that cannot be resolved stands one without variables and triggers, so that what the text alone says needs no registry. */
export function basesOrNone(ports: FrontendPorts, warn: (message: string) => void): FrontendPorts {
  return {
    ...ports,
    async resolveImageConfig(ref, platform, options, signal) {
      try {
        return await ports.resolveImageConfig(ref, platform, options, signal);
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        warn(`${error.message}. What ${ref} adds to the outline is not in it.`);
        return { ref, manifest: digestOf(''), platform, config: { ...platform, rootfs: { type: 'layers', diff_ids: [] } } };
      }
    },
  };
}
