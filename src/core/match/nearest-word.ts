import { editDistance } from './edit-distance.ts';

/**
 * The candidate that a person most likely meant, for flags, commands and rules: up to a third of the name may differ, three characters at most, and swapped
 * neighbours count as one difference. Otherwise the first candidate that begins with the name. Undefined where none is close.
 */
export function nearestWord(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let limit = Math.max(1, Math.min(3, Math.floor(name.length / 3))) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate, { limit, maxLength: 64, swaps: true });
    if (distance < limit) [best, limit] = [candidate, distance];
  }
  return best ?? candidates.find((candidate) => name.length >= 3 && candidate.startsWith(name));
}
