/** The valid name nearest to `found`: at most two edits away, in the case that `found` has. */
export function nearest(found: string, valid: Iterable<string>, options: { caseSensitive: boolean }): string | undefined {
  const value = options.caseSensitive ? found : found.toLowerCase();
  let best: string | undefined;
  let bestDistance = 3;
  for (const name of valid) {
    const candidate = options.caseSensitive ? name : name.toLowerCase();
    if (candidate === value) return undefined;
    const distance = editDistance(value, candidate, bestDistance);
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

/** Levenshtein distance; `limit` where it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return Math.min(previous[b.length]!, limit);
}
