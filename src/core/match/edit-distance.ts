export interface EditDistanceOptions {
  /** Distances of this and more come back as this. */
  readonly limit: number;
  /** UTF-16 units of the longest name that is compared; a longer one is at `limit`. */
  readonly maxLength: number;
  /** Two swapped neighbours count as one edit (optimal string alignment) instead of two (Levenshtein). Default false. */
  readonly swaps?: boolean;
}

/** How many characters must be added, removed or replaced to make one name from the other. */
export function editDistance(a: string, b: string, { limit, maxLength, swaps = false }: EditDistanceOptions): number {
  if (a.length > maxLength || b.length > maxLength || Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  let leastAbove = 0;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1);
      if (swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      row.push(distance);
      if (distance < least) least = distance;
    }
    // No distance in the rows below can be less; a swap looks two rows up.
    if (least >= limit && (!swaps || leastAbove >= limit)) return limit;
    leastAbove = least;
    beforePrevious = previous;
    previous = row;
  }
  return Math.min(previous[b.length]!, limit);
}
