import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '../content/index.ts';
import { BuildError } from '../errors.ts';
import type { Manifest } from '../oci/index.ts';
import { end, fault } from '../registry/fake-registry.ts';
import { findProgram, runProcess } from '../sys/index.ts';
import type { BuildEvent } from './events.ts';
import { activities, addImage, Bench, noContainers, stepsThat, type RunOptions } from './testing/bench.ts';

const skip = noContainers();

/** A base in which RUN works: a busybox that needs no libraries. */
async function staticShell(): Promise<Record<string, string> | undefined> {
  const busybox = findProgram('busybox', `${process.env['PATH']}:/usr/local/sbin:/usr/sbin`);
  if (busybox === undefined) return undefined;
  const said: Buffer[] = [];
  await runProcess('ldd', [busybox], { onStdout: (chunk) => said.push(chunk), onStderr: (chunk) => said.push(chunk) }).catch(() => undefined);
  return Buffer.concat(said).toString().includes('not a dynamic') ? { 'bin/': '', 'bin/sh': readFileSync(busybox, 'latin1') } : undefined;
}

/** This machine's /bin/sh with its libraries, as a base: whatever it is, it runs here. */
async function shellFiles(): Promise<Record<string, Buffer>> {
  const said: Buffer[] = [];
  await runProcess('ldd', ['/bin/sh'], { onStdout: (chunk) => said.push(chunk) });
  const libraries = Buffer.concat(said).toString().match(/\/\S+/g) ?? [];
  return Object.fromEntries(['/bin/sh', ...libraries].map((path) => [path.slice(1), readFileSync(path)]));
}
