import { batches } from '../batches.ts';
import type { Case } from '../case.ts';
import { isSettled } from '../settled.ts';
import { generateProgram } from './generator.ts';
import { programCase } from './program.ts';

/** How many of the first seeds are looked at. */
const count = 335;

export function randomCases(): Case[] {
  return Array.from({ length: count }, (_, i) => programCase(generateProgram(i + 1)));
}

/** Those that CI compares, as stages of batches. */
export function settledRandomCases(): Case[] {
  return batches(randomCases().filter(isSettled));
}
