import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { needTool } from './tool.ts';

export interface RegistryOptions {
  /** Holds the blobs, in `data`, and the registry's log. */
  readonly folder: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** An htpasswd file (bcrypt); without it everyone may read and write. */
  readonly htpasswd?: string;
  /** Certificate and key files; without them plain HTTP is spoken. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly readonly?: boolean;
}

export interface Registry {
  /** 127.0.0.1:PORT, as an image name has it. */
  readonly address: string;
  readonly logFile: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts Debian's docker-registry, the reference implementation, on loopback. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const program = needTool('docker-registry');
  mkdirSync(join(options.folder, 'data'), { recursive: true });
  const id = `${process.pid}-${Date.now()}-${Math.trunc(performance.now() * 1000)}`;
  const config = join(options.folder, `config-${id}.yml`);
  const logFile = join(options.folder, `log-${id}`);
  writeFileSync(config, configText(options));
  // Files are made readable by all, since an ordinary user's tests read what root's registry wrote.
  const child = spawn(program, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' } });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const log = createWriteStream(logFile);
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr })
      .on('line', (line) => {
        log.write(`${line}\n`);
        const match = /listening on 127\.0\.0\.1:(\d+)/.exec(line);
        if (match) resolve(match[1]!);
      })
      .on('close', () => log.end());
    child.once('error', reject);
    void exited.then((code) => reject(new Error(`docker-registry ended with ${code}; see ${logFile}`)));
  });
  return {
    address: `127.0.0.1:${port}`,
    logFile,
    pid: child.pid!,
    async close() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 2000);
      await exited;
      clearTimeout(force);
    },
  };
}

function configText(options: RegistryOptions): string {
  const lines = [
    'version: 0.1',
    'log: { level: info, fields: {} }',
    'storage:',
    `  filesystem: { rootdirectory: ${JSON.stringify(join(options.folder, 'data'))} }`,
    '  delete: { enabled: true }',
    `  maintenance: { readonly: { enabled: ${options.readonly ?? false} } }`,
    'http:',
    `  addr: 127.0.0.1:${options.port ?? 0}`,
    '  secret: local',
  ];
  if (options.tls) lines.push('  tls:', `    certificate: ${JSON.stringify(options.tls.certificate)}`, `    key: ${JSON.stringify(options.tls.key)}`);
  if (options.htpasswd !== undefined) lines.push('auth:', `  htpasswd: { realm: local, path: ${JSON.stringify(options.htpasswd)} }`);
  return `${lines.join('\n')}\n`;
}
