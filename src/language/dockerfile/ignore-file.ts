import { decodeSource } from './source-text.ts';
import { cleanGoPath, trim } from '../../core/go/index.ts';

/** The patterns of a .dockerignore: comments and blank lines dropped, paths cleaned, a leading `/` dropped, `!` kept in front. */
export function parseIgnoreFile(text: string | Uint8Array): string[] {
  const patterns: string[] = [];
  for (const raw of decodeSource(text)
    .replace(/^\uFEFF/, '')
    .split('\n')) {
    // a comment has its `#` in the first column
    if (raw.startsWith('#')) continue;
    const line = trim(raw);
    if (line === '') continue;
    const negated = line.startsWith('!');
    let pattern = negated ? trim(line.slice(1)) : line;
    if (pattern !== '') {
      pattern = cleanGoPath(pattern);
      if (pattern.length > 1 && pattern.startsWith('/')) pattern = pattern.slice(1);
    }
    patterns.push(negated ? `!${pattern}` : pattern);
  }
  return patterns;
}
