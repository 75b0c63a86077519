import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../host/content/index.ts';
import { HttpClient } from '../../host/http/index.ts';
import { makeVertex, type HttpOp, type Vertex } from '../../decide/graph/index.ts';
import { digestOf } from '../../core/oci/index.ts';
import type { StepContext } from '../../decide/solver/index.ts';
import { HttpSource } from './http.ts';

interface Fixture {
  readonly url: string;
  readonly requests: IncomingMessage[];
  /** How long it waited between attempts, had it waited. */
  readonly waitsMs: number[];
  /** A source as a new process would have it, over the same store. */
  readonly source: (secrets?: Readonly<Record<string, string>>) => HttpSource;
}

async function fixture(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Fixture> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const root = mkdtempSync(join(tmpdir(), 'ossb-http-'));
  const store = openStore(root);
  t.after(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const http = new HttpClient({ userAgent: 'ossb/test', idleTimeoutMs: 1000 });
  t.after(() => http.close());
  const waitsMs: number[] = [];
  const memo = new Map<string, string>();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    waitsMs,
    source: (secrets = {}) =>
      new HttpSource({
        store,
        memo: { get: (key) => memo.get(key), set: (key, value) => void memo.set(key, value) },
        http,
        downloadRetry: { sleep: async (delayMs) => void waitsMs.push(delayMs) },
        secret: (id) => Promise.resolve(secrets[id] === undefined ? undefined : Buffer.from(secrets[id])),
      }),
  };
}

function vertexOf(url: string, more: Partial<HttpOp> = {}): Vertex & { op: HttpOp } {
  return makeVertex({ kind: 'http', url, ...more }, [], { name: 'ADD' }) as Vertex & { op: HttpOp };
}

const context: StepContext = { signal: new AbortController().signal, hints: { exported: false, mounted: false }, emit: () => {} };
const { signal } = context;

test('HttpSource: downloads once, with the name and time that the server gives', async (t) => {
  const { url, requests, source } = await fixture(t, (_request, response) => {
    response.writeHead(200, { 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT', 'content-disposition': 'attachment; filename="tool v1.bin"' }).end('content');
  });
  const http = source();
  const vertex = vertexOf(`${url}/a/b?x=y`);
  assert.deepEqual(await http.keyParts(vertex, signal), ['tool v1.bin', digestOf('content')]);
  const [entry, ...rest] = await http.fetch(vertex, context);
  assert.deepEqual(rest, []);
  const { content, ...node } = entry!;
  assert.deepEqual(node, {
    path: 'tool v1.bin',
    type: 'file',
    mode: 0o600,
    uid: 0,
    gid: 0,
    size: 7,
    mtimeSec: 1445412480,
    mtimeNs: 0,
    digest: digestOf('content'),
  });
  assert.equal(readFileSync((content as { path: string }).path, 'utf8'), 'content');
  assert.equal(requests.length, 1);
});

test('HttpSource: file names', async (t) => {
  const { url, source } = await fixture(t, (_request, response) => response.end('x'));
  for (const [path, filename, expected] of [
    ['/a/b.tar.gz?q=/z', undefined, 'b.tar.gz'],
    ['/', undefined, 'download'],
    ['/a%20b', undefined, 'a b'],
    ['/a%2f..%2fb', undefined, 'b'],
    ['/x', 'given', 'given'],
  ] as const) {
    const vertex = vertexOf(`${url}${path}`, filename === undefined ? {} : { filename });
    assert.equal((await source().keyParts(vertex, signal))[0], expected);
  }
});

test('HttpSource: asks with the ETag that it remembers', async (t) => {
  const { url, requests, source } = await fixture(t, (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"v1"' }).end('content');
  });
  const first = await source().keyParts(vertexOf(`${url}/f`), signal);
  const vertex = vertexOf(`${url}/f`);
  const http = source();
  assert.deepEqual(await http.keyParts(vertex, signal), first);
  assert.equal(requests.length, 2);
  assert.equal((await http.fetch(vertex, context))[0]!.digest, digestOf('content'));
  assert.equal(requests.length, 3);
});

test('HttpSource: with a checksum nothing is asked for the key, and another content is refused', async (t) => {
  const { url, requests, source } = await fixture(t, (_request, response) => response.end('other'));
  const vertex = vertexOf(`${url}/f`, { checksum: digestOf('content') });
  const http = source();
  assert.deepEqual(await http.keyParts(vertex, signal), ['f', digestOf('content')]);
  assert.equal(requests.length, 0);
  await assert.rejects(http.fetch(vertex, context), { code: 'CHECKSUM_MISMATCH' });
});

test('HttpSource: credentials for the host, which do not follow to another one', async (t) => {
  const other = await fixture(t, (_request, response) => response.end('x'));
  const { url, requests, source } = await fixture(t, (_request, response) => {
    response.writeHead(302, { location: `${other.url.replace('127.0.0.1', 'localhost')}/y` }).end();
  });
  await source({ 'HTTP_AUTH_TOKEN_127.0.0.1': 'secret\n' })
    .keyParts(vertexOf(`${url}/x`), signal)
    .catch(() => {});
  assert.equal(requests[0]?.headers.authorization, 'Bearer secret');
  assert.equal(other.requests[0]?.headers.authorization, undefined);
  await source({ 'HTTP_AUTH_HEADER_127.0.0.1': 'Basic abc' }).keyParts(vertexOf(`${other.url}/x`), signal);
  assert.equal(other.requests.at(-1)?.headers.authorization, 'Basic abc');
});

test('HttpSource: tries again after a fault of the server, and not after one of ours', async (t) => {
  let faults = 1;
  const { url, requests, source } = await fixture(t, (request, response) => {
    if (request.url === '/missing') response.writeHead(404).end();
    else if (request.url === '/denied') response.writeHead(403).end();
    else if (faults-- > 0) response.writeHead(503, { 'retry-after': '0' }).end();
    else response.end('x');
  });
  await source().keyParts(vertexOf(`${url}/f`), signal);
  assert.equal(requests.length, 2);
  await assert.rejects(source().keyParts(vertexOf(`${url}/missing`), signal), { code: 'DOWNLOAD_FAILED', retryable: false });
  await assert.rejects(source().keyParts(vertexOf(`${url}/denied`), signal), { code: 'DOWNLOAD_UNAUTHORIZED' });
  assert.equal(requests.length, 4);
});

test('HttpSource: waits as long as a server asks, in seconds or until a date, and no longer than two minutes', async (t) => {
  const now = Date.now();
  let asked = '';
  const { url, source, waitsMs } = await fixture(t, (_request, response) => {
    if (asked === '') response.end('x');
    else response.writeHead(429, { 'retry-after': asked }).end();
    if (asked !== '3600') asked = '';
  });
  asked = '7';
  await source().keyParts(vertexOf(`${url}/a`), signal);
  assert.deepEqual(waitsMs.splice(0), [7000]);
  asked = new Date(now + 60_000).toUTCString();
  await source().keyParts(vertexOf(`${url}/b`), signal);
  const [waitMs = 0] = waitsMs.splice(0);
  assert.ok(waitMs > 50_000 && waitMs <= 60_000, String(waitMs));
  asked = '3600';
  await assert.rejects(source().keyParts(vertexOf(`${url}/c`), signal), { status: 429, retryAfterMs: 3_600_000, retryable: true });
  assert.deepEqual(waitsMs, []);
});

test('HttpSource: a body that is compressed for the transfer alone', async (t) => {
  const { url, requests, source } = await fixture(t, (request, response) => {
    const bytes = gzipSync('content');
    if (request.url === '/cut') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes.subarray(0, -4));
    else if (request.url === '/bad') response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip');
    else if (request.url === '/other') response.writeHead(200, { 'content-encoding': 'br' }).end('as it is');
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
  });
  assert.deepEqual(await source().keyParts(vertexOf(`${url}/f`), signal), ['f', digestOf('content')]);
  assert.equal(requests[0]!.headers['accept-encoding'], 'gzip');
  assert.deepEqual(await source().keyParts(vertexOf(`${url}/other`), signal), ['other', digestOf('as it is')]);
  await assert.rejects(source().keyParts(vertexOf(`${url}/cut`), signal), { code: 'DOWNLOAD_FAILED', retryable: true });
  await assert.rejects(source().keyParts(vertexOf(`${url}/bad`), signal), { code: 'DOWNLOAD_FAILED', retryable: false });
});

test('HttpSource: a transfer that breaks off is begun anew, and never taken for the whole', async (t) => {
  let breaks = 2;
  const { url, source } = await fixture(t, (_request, response) => {
    if (breaks-- <= 0) return void response.end('whole');
    response.writeHead(200, { 'content-length': 100 }).write('part');
    setImmediate(() => response.destroy());
  });
  assert.deepEqual(await source().keyParts(vertexOf(`${url}/f`), signal), ['f', digestOf('whole')]);
  breaks = 100;
  await assert.rejects(source().keyParts(vertexOf(`${url}/g`), signal), { code: 'DOWNLOAD_FAILED', retryable: true, message: /broken off/ });
});

test('HttpSource: a redirect to another scheme is refused, at once', async (t) => {
  const { url, requests, source } = await fixture(t, (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
  await assert.rejects(source().keyParts(vertexOf(`${url}/f`), signal), {
    code: 'REDIRECT_REFUSED',
    message: /^Cannot download http:.*scheme file/,
    retryable: false,
  });
  assert.equal(requests.length, 1);
});

test('HttpSource: faults that waiting does not mend', async (t) => {
  const { source, waitsMs } = await fixture(t, (_request, response) => response.end());
  await assert.rejects(source().keyParts(vertexOf('http://no-such-host.invalid/f'), signal), { code: 'DOWNLOAD_FAILED', retryable: false });
  await assert.rejects(source().keyParts(vertexOf('http://127.0.0.1:6000/f'), signal), { code: 'DOWNLOAD_FAILED', message: /refused/ });
  assert.equal(waitsMs.length, 4);
});

test('HttpSource: stops when it is told to', async (t) => {
  const stop = new AbortController();
  const { url, source } = await fixture(t, (_request, response) => {
    response.write('x');
    stop.abort(new Error('enough'));
  });
  await assert.rejects(source().keyParts(vertexOf(`${url}/f`), stop.signal), { message: 'enough' });
});
