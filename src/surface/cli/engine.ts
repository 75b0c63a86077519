import type { Engine } from '../engine/index.ts';

export type LoadEngine = () => Promise<Engine>;

/** Loads everything but the command line. Commands call it once their flags are known to be right. */
export async function loadEngine(): Promise<Engine> {
  return import('../engine/index.ts');
}
