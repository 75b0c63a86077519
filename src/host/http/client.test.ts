import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { makeCertificates } from '../../../test/harness/certificate.ts';
import { startProxy } from '../../../test/harness/http-proxy.ts';
import { HttpClient, type HttpClientOptions } from './client.ts';
import { connectionFault } from './fault.ts';

const tls = makeCertificates(['far.example', 'proxy.example', '127.0.0.1']);
const skip = tls ? false : 'needs openssl';
const folder = mkdtempSync(join(tmpdir(), 'ossb-http-client-'));
after(() => rmSync(folder, { recursive: true }));
const caFile = join(folder, 'ca.pem');
if (tls) writeFileSync(caFile, tls.authority);

const signal = new AbortController().signal;

function clientOf(t: TestContext, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({ userAgent: 'ossb/test', ...options });
  t.after(() => client.close());
  return client;
}

async function listen(t: TestContext, server: Server & { closeAllConnections?: () => void }): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}

async function serve(t: TestContext, answer: RequestListener): Promise<{ url: string; port: number; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const port = await listen(
    t,
    createServer((request, response) => {
      requests.push(request);
      answer(request, response);
    }),
  );
  return { url: `http://127.0.0.1:${port}`, port, requests };
}

async function get(client: HttpClient, url: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, body } = await client.follow({ method: 'GET', url: new URL(url), headers, signal }, 'get it');
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return `${status} ${Buffer.concat(chunks).toString()}`;
}

/** The fault that a request ends in, while it is sent or while its body is read. */
async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  );
  const { kind, code, retryable } = connectionFault(error) ?? assert.fail(String(error));
  return `${kind} ${code} ${retryable ? 'may pass' : 'stays'}`;
}

test('HttpClient: a plain request goes through the proxy in absolute form, with the credentials of the proxy for it alone', async (t) => {
  const server = await serve(t, (_request, response) => response.end('here'));
  await using proxy = await startProxy({ target: `127.0.0.1:${server.port}`, credentials: 'user:p@ss' });
  const client = clientOf(t, { proxyEnv: { HTTP_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}`, NO_PROXY: '.internal' } });
  assert.equal(await get(client, 'http://far.example/a?b=c#d'), '200 here');
  assert.equal(await get(client, 'http://far.example/2'), '200 here');
  assert.deepEqual(proxy.requests, ['GET http://far.example/a?b=c', 'GET http://far.example/2']);
  assert.equal(server.requests[0]!.headers.host, 'far.example');
  assert.equal(server.requests[0]!.headers['proxy-authorization'], undefined);
  // This machine, and what NO_PROXY names, is asked directly.
  assert.equal(await get(client, `${server.url}/direct`), '200 here');
  assert.equal(await faultOf(get(client, 'http://no-such-host.internal/')), 'network ENOTFOUND stays');
  assert.equal(proxy.requests.length, 2);
});

test('HttpClient: TLS goes through a tunnel, and the certificate that counts is that of the host', { skip }, async (t) => {
  const seen: IncomingMessage[] = [];
  const port = await listen(
    t,
    createTlsServer({ key: tls!.key, cert: tls!.cert }, (request, response) => {
      seen.push(request);
      response.end('secure');
    }),
  );
  await using proxy = await startProxy({ target: `127.0.0.1:${port}`, credentials: 'u:p' });
  const proxyEnv = { HTTPS_PROXY: `http://u:p@127.0.0.1:${proxy.port}` };
  const certificates = { caFiles: [caFile] };
  const client = clientOf(t, { proxyEnv, certificates });
  assert.equal(await get(client, 'https://far.example/a'), '200 secure');
  assert.equal(await get(client, 'https://far.example/b'), '200 secure');
  // One tunnel serves both.
  assert.deepEqual(proxy.requests, ['CONNECT far.example:443']);
  assert.equal(seen[0]!.headers['proxy-authorization'], undefined);
  assert.equal(await faultOf(get(client, 'https://other.example/')), 'certificate ERR_TLS_CERT_ALTNAME_INVALID stays');
  assert.match(await faultOf(get(clientOf(t, { proxyEnv }), 'https://far.example/')), /^certificate UNABLE_TO_/);
});

test('HttpClient: a proxy that speaks TLS is checked too', { skip }, async (t) => {
  const server = await serve(t, (_request, response) => response.end('here'));
  const tlsPort = await listen(
    t,
    createTlsServer({ key: tls!.key, cert: tls!.cert }, (_request, response) => response.end('secure')),
  );
  for (const [url, target] of [
    ['http://far.example/', server.port],
    ['https://far.example/', tlsPort],
  ] as const) {
    await using proxy = await startProxy({ target: `127.0.0.1:${target}`, tls: tls! });
    const proxyEnv = { HTTP_PROXY: `https://127.0.0.1:${proxy.port}`, HTTPS_PROXY: `https://127.0.0.1:${proxy.port}` };
    assert.match(await get(clientOf(t, { proxyEnv, certificates: { caFiles: [caFile] } }), url), /^200 (here|secure)$/);
    assert.match(await faultOf(get(clientOf(t, { proxyEnv }), url)), /^certificate /);
  }
});

test('HttpClient: proxies that refuse, hang or are not there', async (t) => {
  await using refusing = await startProxy({ credentials: 'a:b' });
  await using broken = await startProxy({ connectStatus: 503 });
  await using silent = await startProxy({ connectStatus: 0 });
  for (const [port, expected] of [
    [refusing.port, 'proxy ERR_PROXY_REFUSED stays'],
    [broken.port, 'proxy ERR_PROXY_REFUSED may pass'],
    [silent.port, 'proxy ETIMEDOUT may pass'],
    [1, 'proxy ECONNREFUSED may pass'],
  ] as const) {
    const client = clientOf(t, { proxyEnv: { HTTPS_PROXY: `127.0.0.1:${port}` }, ...(port === silent.port ? { connectTimeoutMs: 200 } : {}) });
    assert.equal(await faultOf(get(client, 'https://far.example/')), expected);
  }
  const client = clientOf(t, { proxyEnv: { HTTP_PROXY: '127.0.0.1:1' } });
  assert.equal(await faultOf(get(client, 'http://far.example/')), 'proxy ECONNREFUSED may pass');
});

test('HttpClient: closing breaks off a tunnel that is being opened', async (t) => {
  await using silent = await startProxy({ connectStatus: 0 });
  const client = clientOf(t, { proxyEnv: { HTTPS_PROXY: `127.0.0.1:${silent.port}` } });
  const pending = get(client, 'https://far.example/');
  setImmediate(() => client.close());
  await assert.rejects(pending);
});

test('HttpClient.follow: credentials stay with scheme, host and port', async (t) => {
  const other = await serve(t, (request, response) => response.end(request.headers.authorization ?? 'nobody'));
  const { url, requests } = await serve(t, (request, response) => {
    if (request.url === '/same') response.writeHead(301, { location: '/end' }).end();
    else if (request.url === '/end') response.end(request.headers.authorization ?? 'nobody');
    else if (request.url === '/back') response.writeHead(302, { location: `${other.url}/x` }).end();
    else response.writeHead(307, { location: other.url }).end();
  });
  const headers = { authorization: 'Bearer secret', cookie: 'a=b' };
  const client = clientOf(t);
  assert.equal(await get(client, `${url}/same`, headers), '200 Bearer secret');
  assert.equal(await get(client, `${url}/port`, headers), '200 nobody');
  assert.equal(other.requests[0]!.headers.cookie, undefined);
  assert.equal(requests.at(-1)!.headers.authorization, 'Bearer secret');
  // Of the URL itself too.
  assert.equal(await get(client, `${url.replace('//', '//us%40er:p%2Fw@')}/same`), `200 Basic ${Buffer.from('us@er:p/w').toString('base64')}`);
  assert.equal(await get(client, `${url.replace('//', '//us%40er:p%2Fw@')}/port`), '200 nobody');
  assert.equal(requests.at(-2)!.url, '/end');
});

test('HttpClient.follow: over several hops and back, credentials go to their own host only', async (t) => {
  const origins: string[] = [];
  const away = await serve(t, (request, response) => response.writeHead(302, { location: request.url === '/1' ? '/2' : `${origins[0]}/end` }).end());
  const own = await serve(t, (request, response) => {
    if (request.url === '/end') response.end(request.headers.authorization ?? 'nobody');
    else response.writeHead(302, { location: `${away.url}/1` }).end();
  });
  origins.push(own.url);
  assert.equal(await get(clientOf(t), `${own.url}/start`, { authorization: 'Bearer secret' }), '200 Bearer secret');
  assert.deepEqual(
    away.requests.map((request) => request.headers.authorization),
    [undefined, undefined],
  );
});

test('HttpClient.follow: redirects that are not followed', async (t) => {
  for (const location of ['file:///etc/passwd', 'ftp://a/b', 'data:,x', 'http://[', 'javascript:1']) {
    const { url } = await serve(t, (_request, response) => response.writeHead(302, { location }).end());
    await assert.rejects(get(clientOf(t), url), { code: 'REDIRECT_REFUSED', retryable: false }, location);
  }
  const { url, requests } = await serve(t, (_request, response) => response.writeHead(302, { location: '/' }).end());
  await assert.rejects(get(clientOf(t), url), { code: 'REDIRECT_REFUSED', message: /more than 10 times/ });
  assert.equal(requests.length, 11);
});

/** A server that says just this to whatever comes, and what it does then. */
async function sayer(t: TestContext, say: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const port = await listen(
    t,
    createSocketServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => say(socket));
    }),
  );
  return `http://127.0.0.1:${port}/`;
}

/** Writes a piece again and again. */
function drip(piece: string, everyMs: number): (socket: Socket) => void {
  return (socket) => {
    const timer = setInterval(() => socket.write(piece), everyMs);
    socket.on('close', () => clearInterval(timer));
  };
}

for (const [name, say, expected] of [
  ['says nothing', () => {}, 'network ETIMEDOUT may pass'],
  ['hangs up', (socket) => socket.destroy(), 'network ECONNRESET may pass'],
  ['speaks another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9\r\n'), 'protocol HPE_INVALID_CONSTANT stays'],
  ['sends huge headers', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`), 'protocol HPE_HEADER_OVERFLOW stays'],
  ['sends its headers a byte at a time', (socket) => (socket.write('HTTP/1.1 200 OK\r\nx: '), drip('y', 20)(socket)), 'network ETIMEDOUT may pass'],
  ['sends interim answers for ever', (socket) => drip('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 20)(socket), 'network ETIMEDOUT may pass'],
  ['sends less than it says', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'), 'network ECONNRESET may pass'],
  ['cuts chunks short', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'), 'network ECONNRESET may pass'],
  ['stops after some chunks', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n'), 'network ECONNRESET may pass'],
  ['stalls in the body', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'), 'network ETIMEDOUT may pass'],
  [
    'sends its body a byte at a time',
    (socket) => (socket.write('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n'), drip('y', 20)(socket)),
    'network ETIMEDOUT may pass',
  ],
] as readonly [string, (socket: Socket) => void, string][]) {
  test(`HttpClient: a server that ${name}`, async (t) => {
    const client = clientOf(t, { idleTimeoutMs: 500 });
    assert.equal(await faultOf(get(client, await sayer(t, say))), expected);
  });
}

test('HttpClient: a body without a length ends with its connection', async (t) => {
  const url = await sayer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall'));
  assert.equal(await get(clientOf(t), url), '200 all');
});

test('HttpClient: a slow reader is no stall', async (t) => {
  const { url } = await serve(t, (_request, response) => response.end(Buffer.alloc(4 << 20)));
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { body } = await clientOf(t, { idleTimeoutMs: 500 }).send({ method: 'GET', url: new URL(url), signal });
  await new Promise((resolve) => body.once('readable', resolve));
  t.mock.timers.tick(60_000);
  let size = 0;
  for await (const chunk of body) size += (chunk as Buffer).length;
  assert.equal(size, 4 << 20);
});

test('HttpClient: ports that browsers refuse', async (t) => {
  // Whatever listens there, and whatever it says: only the port itself must be no reason.
  const answer = await get(clientOf(t, { idleTimeoutMs: 500 }), 'http://127.0.0.1:6000/').catch(connectionFault);
  assert.ok(typeof answer === 'string' || (answer !== undefined && answer.code !== 'ERR_SOCKET_BAD_PORT'));
});
