import type { Engine } from '../build/index.ts';

export type LoadEngine = () => Promise<Engine>;

/** Loads everything but the command line. Commands call it once their flags are known to be right. */
export async function loadEngine(): Promise<Engine> {
  return import('../build/index.ts');
}
