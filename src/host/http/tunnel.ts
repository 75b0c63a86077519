import type { Agent as HttpsAgent, AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { basicHeaderOf } from './basic.ts';
import type { TlsOptions } from './certificates.ts';

export interface TunnelOptions {
  readonly proxy: URL;
  /** How far the proxy itself is trusted, where it speaks TLS. */
  readonly proxyTls: TlsOptions;
  readonly userAgent: string;
  /** No tunnel for so long, milliseconds, and the connection fails with ETIMEDOUT. */
  readonly connectTimeoutMs: number;
  /** Breaks off tunnels that are being opened. */
  readonly signal: AbortSignal;
}

/** An agent whose connections are TLS inside tunnels that a proxy opens (CONNECT, RFC 9110 section 9.3.6). */
export function tunnelAgent(agentOptions: AgentOptions, options: TunnelOptions): HttpsAgent {
  const { Agent } = process.getBuiltinModule('node:https');
  const agent = new Agent(agentOptions);
  agent.createConnection = (wanted, done) => {
    const connection = wanted as ConnectionOptions & { readonly host?: string; readonly port?: number | string };
    openTunnel(`${bracketed(connection.host ?? '')}:${connection.port ?? 443}`, options, (error, socket) => {
      if (socket === undefined) done?.(error, undefined as unknown as Duplex);
      else done?.(null, process.getBuiltinModule('node:tls').connect({ ...connection, socket }));
    });
    return undefined;
  };
  return agent;
}

/** The headers that name this program and its credentials to the proxy, and never travel beyond it. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  const credentials = basicHeaderOf(proxy);
  return credentials === undefined ? {} : { 'proxy-authorization': credentials };
}

/** Where to connect to for a proxy. */
export function proxyAddress(proxy: URL): { readonly hostname: string; readonly port: string } {
  return { hostname: proxy.hostname.replace(/^\[|\]$/g, ''), port: proxy.port || (proxy.protocol === 'https:' ? '443' : '80') };
}

/** Fails with ERR_PROXY_REFUSED and the proxy's status, or with what the connection to the proxy fails with; `isProxy` is true in both. */
function openTunnel(
  authority: string,
  { proxy, proxyTls, userAgent, connectTimeoutMs, signal }: TunnelOptions,
  done: (error: Error | null, socket?: Duplex) => void,
): void {
  const { request } = proxy.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
  let isDone = false;
  const end = (error: Error | null, socket?: Duplex): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    done(error && Object.assign(error, { isProxy: true }), socket);
  };
  const refuse = (status: number | undefined): void => end(Object.assign(new Error(`the proxy answered ${status}`), { code: 'ERR_PROXY_REFUSED', status }));
  const req = request({
    ...proxyAddress(proxy),
    ...(proxyTls as ConnectionOptions),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, 'user-agent': userAgent, ...proxyHeaders(proxy) },
    agent: false,
    signal,
  });
  const timer = setTimeout(() => req.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), connectTimeoutMs);
  req.on('error', end);
  req.on('connect', (response, socket, head) => {
    if (response.statusCode !== 200) {
      socket.destroy();
      return refuse(response.statusCode);
    }
    if (head.length > 0) socket.unshift(head);
    end(null, socket);
  });
  req.on('response', (response) => {
    response.destroy();
    refuse(response.statusCode);
  });
  req.end();
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
