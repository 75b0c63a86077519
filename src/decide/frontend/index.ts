export { buildGraph } from './build-graph.ts';
export { describeOutline, type Outline } from './outline.ts';
export type { FrontendPorts, GraphResult, GraphRequest, ContextOrigin, HistoryStep, ResolvedImage, ResolveOptions, StageSummary } from './request.ts';
export { describeTargets, type TargetList } from './targets.ts';
export { parseGitReference, type GitReference } from './git-reference.ts';
export { findSourceDateEpoch, type SourceDateEpoch } from './source-date-epoch.ts';
export { FrontendError, type FrontendErrorCode } from './error.ts';
export type { Finding } from './finding.ts';
