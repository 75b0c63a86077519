import { editDistance } from './edit-distance.ts';

/** The valid name nearest to `found`, as docker build suggests it: at most two edits away, in the case that `found` has. */
export function nearest(found: string, valid: Iterable<string>, options: { caseSensitive: boolean }): string | undefined {
  const value = options.caseSensitive ? found : found.toLowerCase();
  let best: string | undefined;
  let bestDistance = 3;
  for (const name of valid) {
    const candidate = options.caseSensitive ? name : name.toLowerCase();
    if (candidate === value) return undefined;
    const distance = editDistance(value, candidate, { limit: bestDistance, maxLength: maxNameLength });
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best === undefined || options.caseSensitive) return best;
  return found !== found.toLowerCase() && found === found.toUpperCase() ? best.toUpperCase() : best;
}

/** `unknown flag: --form (did you mean from?)`. */
export function withSuggestion(message: string, found: string, valid: Iterable<string>, options: { caseSensitive: boolean }): string {
  const name = nearest(found, valid, options);
  return name === undefined ? message : `${message} (did you mean ${name}?)`;
}

/** Suggestions for the many names of one file. The work is bounded, since the names are not trusted: after `maxComparisons` no further name gets one. */
export class Suggestions {
  private left = maxComparisons;

  /** As the function of that name, case-sensitive. */
  nearest(found: string, valid: Iterable<string>): string | undefined {
    return nearest(found, this.counted(valid), { caseSensitive: true });
  }

  private *counted(names: Iterable<string>): Iterable<string> {
    for (const name of names) {
      if (this.left === 0) return;
      this.left -= 1;
      yield name;
    }
  }
}

/** Of two names, by one `Suggestions`. Enough for 1,000 unknown names beside 500 known ones; a fraction of a second. */
const maxComparisons = 500_000;

/** UTF-16 units of the longest name that is compared. */
const maxNameLength = 128;
