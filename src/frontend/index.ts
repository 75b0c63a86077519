export { buildGraph } from './build-graph.ts';
export { describeOutline, type Outline } from './outline.ts';
export { describeTargets, type TargetList } from './targets.ts';
export { findSourceDateEpoch, type SourceDateEpoch } from './source-date-epoch.ts';
export { FrontendError, type FrontendErrorCode } from './error.ts';
export type { Finding } from './finding.ts';
export { parseGitReference, type GitReference } from './git-reference.ts';
export type { ContextOrigin, FrontendPorts, GraphRequest, GraphResult, HistoryStep, ResolvedImage, ResolveOptions, StageSummary } from './request.ts';
