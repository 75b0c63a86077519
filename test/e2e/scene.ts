import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBases } from '../../scripts/local/bases.ts';
import { startRegistry } from '../../scripts/local/registry.ts';
import type { Registry } from '../../scripts/local/registry.ts';
import { findTool } from '../../scripts/local/tool.ts';
import type { CommandOptions, CommandResult } from '../harness/command.ts';
import { repositoryFolder } from '../harness/ossb.ts';
import { becomePerson } from '../harness/person.ts';
import type { Person } from '../harness/person.ts';

/** Someone with a store, a registry of bases as mirror, and a registry to push to. */
export interface Scene {
  readonly person: Person;
  /** Of whoever runs the tests; the person's own is person.folder. */
  readonly folder: string;
  readonly store: string;
  readonly bases: Registry;
  readonly registry: Registry;
  /** `ossb build` with the store and the mirror. */
  build(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** A folder of the person's with a copy of an example. */
  example(name: string): string;
  close(): Promise<void>;
}

/** Why end-to-end tests cannot run, or undefined where they can. */
export function toolsMissing(): string | undefined {
  const missing = ['docker-registry', 'skopeo', 'umoci', 'crun', 'mmdebstrap', 'sshd'].filter((tool) => findTool(tool) === undefined);
  return missing.length === 0 ? undefined : `${missing.join(', ')} missing: run scripts/setup`;
}

export async function openScene(name: Person['name']): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-scene-'));
  const person = becomePerson(name);
  const store = join(person.folder, 'store');
  const bases = await startBases(console.log);
  const registry = await startRegistry({ folder: join(folder, 'registry') });
  const flags = ['--root', store, '--registry-mirror', `docker.io=${bases.address}`, '--network', 'host', '--progress', 'plain'];
  return {
    person,
    folder,
    store,
    bases,
    registry,
    build: (args, options) => person.ossb(['build', ...flags, ...args], options),
    example: (example) => {
      const copy = join(person.folder, 'examples', example);
      mkdirSync(join(person.folder, 'examples'), { recursive: true });
      cpSync(join(repositoryFolder, 'examples', example), copy, { recursive: true });
      person.own(join(person.folder, 'examples'));
      return copy;
    },
    async close() {
      await Promise.all([bases.close(), registry.close()]);
      person.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
