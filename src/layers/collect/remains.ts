import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../host/content/index.ts';

/**
 * Keeps folders that could not be removed where only `prune` looks: files in them belong to user ids that this user had once, as those of another range in /etc/subuid.
 * Returns where they are now; one that may not be moved stays.
 */
export function setAside(store: Store, paths: readonly string[]): string[] {
  return paths.map((path) => {
    const folder = join(store.root, 'remains');
    const aside = join(folder, crypto.randomUUID());
    try {
      mkdirSync(folder, { recursive: true });
      renameSync(path, aside);
      return aside;
    } catch {
      return path;
    }
  });
}

/** The folders that were set aside. */
export function remainsOf(store: Store): string[] {
  const folder = join(store.root, 'remains');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
