import type { Dockerfile } from '../../../language/dockerfile/index.ts';
import { lineRanges, sourceText, type LineRanges } from './line-ranges.ts';

/** What `--call targets` prints as JSON: BuildKit's frontend.targets 1.0.0. Members that say nothing are left out. */
export interface TargetList {
  readonly targets: readonly {
    readonly name?: string;
    readonly default?: true;
    readonly description?: string;
    /** As written. */
    readonly base: string;
    readonly platform?: string;
    readonly location: LineRanges;
  }[];
  /** Dockerfiles in base64. */
  readonly sources: readonly string[];
}

/** The stages that `--target` can name. */
export function describeTargets(dockerfile: Dockerfile): TargetList {
  const last = dockerfile.stages.length - 1;
  return {
    targets: dockerfile.stages.map(({ from, name, index }) => ({
      ...(name !== undefined && { name }),
      ...(index === last && { default: true as const }),
      ...(from.description && { description: from.description }),
      base: from.image,
      ...(from.platform && { platform: from.platform }),
      location: lineRanges(from.range.start.line, from.range.end.line),
    })),
    sources: [sourceText(dockerfile)],
  };
}
