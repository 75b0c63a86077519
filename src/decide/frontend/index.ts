export type { CheckInput, Frontend, FrontendSource } from './frontend.ts';
export { dockerfileFrontend } from './dockerfile/dockerfile-frontend.ts';
export type { Outline } from './dockerfile/outline.ts';
export type { FrontendPorts, GraphResult, GraphRequest, ContextOrigin, HistoryEntry, ResolvedImage, Inquiry, StageSummary, Trace } from './request.ts';
export type { TargetList } from './dockerfile/targets.ts';
export { parseGitReference, type GitReference } from './git-reference.ts';
export type { SourceDateEpoch } from './dockerfile/source-date-epoch.ts';
export { FrontendError, type FrontendErrorCode } from './error.ts';
export type { Finding } from './finding.ts';
