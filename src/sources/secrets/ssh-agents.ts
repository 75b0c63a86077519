import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, processEnd, runProcess, startProcess } from '../../host/sys/index.ts';
import { secretsError } from './error.ts';
import type { SshSource, Surroundings } from './secret-source.ts';

/** Gives the agent sockets of `--ssh`. Where keys were given instead of a socket, an agent of their own is started on first use and stopped on disposal. */
export class SshAgents implements AsyncDisposable {
  readonly #sources: ReadonlyMap<string, SshSource>;
  readonly #surroundings: Surroundings;
  readonly #tempDir: () => string;
  readonly #sockets = new Map<string, Promise<string>>();
  readonly #stops: (() => Promise<void>)[] = [];

  /** Errors: SSH_UNUSABLE, where a path is not there. */
  constructor(sources: readonly SshSource[], surroundings: Surroundings, tempDir: () => string) {
    this.#sources = new Map(sources.map((source) => [source.id, source]));
    this.#surroundings = surroundings;
    this.#tempDir = tempDir;
    for (const source of sources) this.#check(source);
  }

  /** The socket for an id; undefined where the build was given none. */
  async socket(id: string): Promise<string | undefined> {
    const source = this.#sources.get(id);
    if (source === undefined) return undefined;
    let socket = this.#sockets.get(id);
    if (socket === undefined) this.#sockets.set(id, (socket = this.#open(source)));
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()));
  }

  #check(source: SshSource): void {
    if (source.paths.length === 0 && !this.#surroundings.env['SSH_AUTH_SOCK']) {
      throw secretsError(
        'SSH_UNUSABLE',
        `Cannot use --ssh ${source.id}: no agent is running (SSH_AUTH_SOCK is not set)`,
        'Start one with: eval $(ssh-agent) && ssh-add',
      );
    }
    for (const path of source.paths) {
      if (statSync(this.#path(path), { throwIfNoEntry: false }) === undefined) {
        throw secretsError('SSH_UNUSABLE', `Cannot use --ssh ${source.id}: there is no ${path}`, 'Give the path of an agent socket or of private keys.');
      }
    }
  }

  async #open(source: SshSource): Promise<string> {
    const [first, ...more] = source.paths;
    if (first === undefined) return this.#surroundings.env['SSH_AUTH_SOCK']!;
    if (more.length === 0 && statSync(this.#path(first)).isSocket()) return this.#path(first);
    return this.#startAgent(source);
  }

  async #startAgent(source: SshSource): Promise<string> {
    const { env } = this.#surroundings;
    const agent = findProgram('ssh-agent', env['PATH']);
    const add = findProgram('ssh-add', env['PATH']);
    if (agent === undefined || add === undefined) {
      throw secretsError(
        'SSH_UNUSABLE',
        `Cannot use --ssh ${source.id} with keys: ssh-agent is not installed`,
        'Install openssh-client, or give the socket of a running agent.',
      );
    }
    const socket = join(this.#tempDir(), 'agent.sock');
    const child = await startProcess(agent, ['-D', '-a', socket], { stdio: 'ignore' });
    const ended = processEnd(child);
    this.#stops.push(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    for (let tries = 0; statSync(socket, { throwIfNoEntry: false }) === undefined && tries < 200; tries += 1) await delay(10);
    const said: Buffer[] = [];
    const keys = source.paths.map((path) => this.#path(path));
    const exit = await runProcess(add, keys, {
      env: { ...env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never', DISPLAY: undefined },
      onStderr: (chunk) => said.push(chunk),
    });
    if (exit.exitCode !== 0) {
      throw secretsError(
        'SSH_UNUSABLE',
        `Cannot use --ssh ${source.id}: ssh-add refused the keys: ${Buffer.concat(said).toString('utf8').trim()}`,
        'Keys with a passphrase need an agent of yours: ssh-add KEY, then --ssh default.',
      );
    }
    return socket;
  }

  #path(path: string): string {
    return resolve(this.#surroundings.cwd, path);
  }
}
