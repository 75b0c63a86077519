import { MemoryTree } from './memory-tree.ts';

/** The main context of a build that has none, because its Dockerfile alone came on standard input: empty. */
export class NoContext extends MemoryTree {
  constructor() {
    super([]);
  }
}
