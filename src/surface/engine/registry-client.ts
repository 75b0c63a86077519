import { join } from 'node:path';
import { homedir } from 'node:os';
import type { RegistryClient } from '../../host/registry/index.ts';
import type { BuildRequest } from '../request/index.ts';
import { caFilesOf } from './http-client.ts';
import type { Settings } from '../request/index.ts';
import { version } from '../../core/version.ts';

/** The client with this user's credentials: docker's config.json, then podman's auth.json. */
export async function openRegistryClient(request: Pick<BuildRequest, 'registryMirrors' | 'insecureRegistries'>, settings: Settings): Promise<RegistryClient> {
  const { RegistryClient, dockerConfigCredentials } = await import('../../host/registry/index.ts');
  const { env } = settings;
  const home = env['HOME'] ?? homedir();
  const runProgram = async (
    program: string,
    args: readonly string[],
    input: string,
    signal: AbortSignal,
  ): Promise<{ exitCode: number; stdout: string; stderr: string }> => {
    const { runProcess } = await import('../../host/sys/index.ts');
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const exit = await runProcess(program, args, { stdin: input, env, signal, onStdout: (chunk) => out.push(chunk), onStderr: (chunk) => err.push(chunk) });
    return { exitCode: exit.exitCode ?? 128, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
  };
  const paths = [
    join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
    env['REGISTRY_AUTH_FILE'] ?? join(env['XDG_RUNTIME_DIR'] ?? join(home, '.config'), 'containers', 'auth.json'),
  ];
  return new RegistryClient({
    userAgent: `ossb/${version}`,
    credentials: paths.map((path) => dockerConfigCredentials({ path, runProgram })),
    mirrors: request.registryMirrors ?? {},
    insecure: request.insecureRegistries ?? [],
    certificateFolders: ['/etc/docker/certs.d', join(home, '.config', 'docker', 'certs.d')],
    caFiles: caFilesOf(env),
    proxyEnv: env,
  });
}
