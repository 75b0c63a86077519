import type { CopySource } from '../../../graph/index.ts';
import { hasWildcards } from '../../../../core/match/index.ts';
import { absolutePath, joinPath } from '../paths.ts';

/** A path of a context, a stage or an image. A wildcard that matches nothing copies nothing; a plain path must be there. */
export function localSource(text: string, input: number, options: { readonly parents: boolean; readonly unpack: 'auto' | false }): CopySource {
  const { parents, unpack } = options;
  if (!parents) {
    const pattern = absolutePath('/', text);
    const wildcard = hasWildcards(pattern);
    return { kind: 'paths', input, pattern, wildcard, allowEmpty: wildcard, contentsOnly: true, unpack };
  }
  const cut = text.indexOf('/./');
  const pivot = cut < 0 ? '' : absolutePath('/', text.slice(0, cut));
  const pattern = joinPath(pivot || '/', cut < 0 ? text : text.slice(cut + '/./'.length));
  const wildcard = hasWildcards(pattern);
  return { kind: 'paths', input, pattern, wildcard, allowEmpty: wildcard, contentsOnly: true, parents: { pivot }, unpack };
}
