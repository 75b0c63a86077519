import type { SourceLocation } from '../../core/errors.ts';

/** What only the graph knows about a Dockerfile, for the build checks. `rule` is the name of the check. */
export type Finding =
  /** A variable that nobody set. */
  | { readonly rule: 'UndefinedVar'; readonly location: SourceLocation; readonly name: string; readonly suggestion?: string | undefined }
  /** A variable of a FROM that is no global ARG. */
  | { readonly rule: 'UndefinedArgInFrom'; readonly location: SourceLocation; readonly name: string; readonly suggestion?: string | undefined }
  /** A base image of another platform than the one that was asked for. Platforms as `linux/amd64`. */
  | { readonly rule: 'InvalidBaseImagePlatform'; readonly location: SourceLocation; readonly image: string; readonly expected: string; readonly found: string };
