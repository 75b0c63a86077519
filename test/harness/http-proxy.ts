import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ProxyServer extends AsyncDisposable {
  readonly port: number;
  /** The request lines that came, as `CONNECT host:port` and `GET http://...`, in turn. */
  readonly requests: string[];
  /** The headers of each of them. */
  readonly headers: IncomingMessage['headers'][];
}

export interface ProxyOptions {
  /** `user:password` that must be sent. Default: anybody may. */
  readonly credentials?: string;
  /** Speaks TLS itself. */
  readonly tls?: { readonly key: Buffer | string; readonly cert: Buffer | string };
  /** Where everything is sent instead of where its name leads; `host:port`. */
  readonly target?: string;
  /** What CONNECT is answered with instead of a tunnel; 0 is no answer. */
  readonly connectStatus?: number;
}

/** An HTTP proxy on 127.0.0.1, for plain requests in absolute form and for tunnels. */
export async function startProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new Set<Socket>();
  const note = (request: IncomingMessage): boolean => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    const expected = options.credentials === undefined ? undefined : `Basic ${Buffer.from(options.credentials).toString('base64')}`;
    return expected === undefined || request.headers['proxy-authorization'] === expected;
  };
  const server = options.tls === undefined ? createServer() : createTlsServer({ key: options.tls.key, cert: options.tls.cert });
  server.on('request', (request, response) => {
    if (!note(request)) return void response.writeHead(407).end();
    const url = new URL(request.url!);
    const [host, port] = (options.target ?? `${url.hostname}:${url.port || 80}`).split(':');
    const { 'proxy-authorization': _own, ...passed } = request.headers;
    const onward = httpRequest({ host, port, method: request.method, path: url.pathname + url.search, headers: passed }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connect', (request, client: Socket) => {
    sockets.add(client);
    client.on('error', () => {});
    if (!note(request)) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    if (options.connectStatus === 0) return undefined;
    if (options.connectStatus !== undefined) return client.end(`HTTP/1.1 ${options.connectStatus} No\r\n\r\n`);
    const [host, port] = (options.target ?? request.url!).split(':');
    const onward = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    sockets.add(onward);
    onward.on('error', () => client.destroy());
    client.on('close', () => onward.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    headers,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
