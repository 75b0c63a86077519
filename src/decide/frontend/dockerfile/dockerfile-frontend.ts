import { formatPlatform } from '../../../core/oci/index.ts';
import { checkDockerfile, checkFault, checkTrace, type Dockerfile } from '../../../language/dockerfile/index.ts';
import { buildGraph } from './build-graph.ts';
import type { Frontend } from '../frontend.ts';
import { describeOutline } from './outline.ts';
import { findSourceDateEpoch } from './source-date-epoch.ts';
import { describeTargets } from './targets.ts';

/** The frontend of BuildKit's Dockerfile language. */
export function dockerfileFrontend(dockerfile: Dockerfile): Frontend {
  const { file, text } = dockerfile;
  return {
    source: { file, language: 'Dockerfile', text },
    graph: (request, ports, signal) => buildGraph({ ...request, dockerfile }, ports, signal),
    outline: (request, ports, signal) => describeOutline({ ...request, dockerfile }, ports, signal),
    targets: () => describeTargets(dockerfile),
    sourceDateEpoch: (request) => findSourceDateEpoch({ ...request, dockerfile }),
    check({ platform, buildPlatform, buildArgs, target }, { graph, ignorePatterns } = {}) {
      if (graph !== undefined) return checkTrace(dockerfile, graph.trace, { buildArgs, ignorePatterns });
      const platforms = { targetPlatform: formatPlatform(platform), buildPlatform: formatPlatform(buildPlatform) };
      return checkDockerfile(dockerfile, { ...platforms, buildArgs, target, ignorePatterns });
    },
    checkFault: ({ buildArgs }, warnings) => checkFault(dockerfile, warnings, { buildArgs }),
  };
}
