/** Draws from a seed: the same seed draws the same. */
export interface Dice {
  /** From 0 to below `limit`. */
  below(limit: number): number;
  chance(percent: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32, which is enough for tests. */
export function dice(seed: number): Dice {
  let state = (seed * 2_654_435_761) >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, chance: (percent) => below(100) < percent, pick: (choices) => choices[below(choices.length)]! };
}
