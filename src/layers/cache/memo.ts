import type { Store } from '../../host/content/index.ts';
import { ensureCacheTables } from './schema.ts';

/** Remembers small texts by key: results of pure computations over things named by digest, so they never go stale. */
export class Memo {
  readonly #store: Store;
  readonly #now: () => number;
  #ready = false;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  get(key: string): string | undefined {
    const row = this.#db().prepare('SELECT value FROM cache_memo WHERE key = ?').get(key) as { value: string } | undefined;
    return row?.value;
  }

  set(key: string, value: string): void {
    this.#db().prepare('INSERT OR REPLACE INTO cache_memo (key, value, last_used_ms) VALUES (?, ?, ?)').run(key, value, this.#now());
  }

  #db(): ReturnType<Store['db']> {
    const db = this.#store.db();
    if (!this.#ready) ensureCacheTables(db);
    this.#ready = true;
    return db;
  }
}
