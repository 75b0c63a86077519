import type { Dockerfile } from '../../../language/dockerfile/index.ts';

/** Lines as BuildKit's subrequests give them: 1-based, inclusive. */
export interface LineRanges {
  readonly ranges: readonly { readonly start: { readonly line: number }; readonly end: { readonly line: number } }[];
}

export function lineRanges(startLine: number, endLine: number): LineRanges {
  return { ranges: [{ start: { line: startLine }, end: { line: endLine } }] };
}

/** The whole text in base64. */
export function sourceText(dockerfile: Dockerfile): string {
  return Buffer.from(dockerfile.text).toString('base64');
}
