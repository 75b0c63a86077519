import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BuildError } from '../../../core/errors.ts';
import { parseAddHost } from './add-host.ts';
import { parseAnnotation } from './annotation.ts';
import { parseBuildContext, parseContext } from './context.ts';
import { parseCsv } from './csv.ts';
import { parseOutput } from './output.ts';
import { parseInsecureRegistry, parseMirror } from './registry.ts';
import { parseSecret } from './secret.ts';
import { parseSize } from './size.ts';
import { parseSsh } from './ssh.ts';
import { parseUntil } from './until.ts';

const refused = Symbol('refused');
type Row = readonly [text: string, expected: unknown];

function table(name: string, parse: (text: string) => unknown, rows: readonly Row[]): void {
  for (const [text, expected] of rows) {
    test(`${name}: ${JSON.stringify(text)}${expected === refused ? ' is refused' : ''}`, () => {
      if (expected !== refused) return assert.deepEqual(parse(text), expected);
      return assert.throws(
        () => parse(text),
        (error) => error instanceof BuildError && error.message !== '',
      );
    });
  }
}

table('parseCsv', (text) => parseCsv(text, '--x'), [
  ['a,b', ['a', 'b']],
  ['', ['']],
  ['a,', ['a', '']],
  ['"a,b",c', ['a,b', 'c']],
  ['"say ""hi"""', ['say "hi"']],
  ['"name=a,b",type=image', ['name=a,b', 'type=image']],
  ['"open', refused],
  ['a"b', refused],
  ['"a"b', refused],
]);

table('parseSecret', (text) => parseSecret(text, { TOKEN: 'x', both: 'y' }), [
  ['id=a,src=/f', { id: 'a', source: { kind: 'file', path: '/f' } }],
  ['id=a,source=f', { id: 'a', source: { kind: 'file', path: 'f' } }],
  ['type=file,id=a,src=f', { id: 'a', source: { kind: 'file', path: 'f' } }],
  ['id=a,env=TOKEN', { id: 'a', source: { kind: 'env', name: 'TOKEN' } }],
  ['id=a,type=env,src=TOKEN', { id: 'a', source: { kind: 'env', name: 'TOKEN' } }],
  ['id=TOKEN,type=env', { id: 'TOKEN', source: { kind: 'env', name: 'TOKEN' } }],
  ['id=TOKEN', { id: 'TOKEN', source: { kind: 'env', name: 'TOKEN' } }],
  ['id=file', { id: 'file', source: { kind: 'file', path: 'file' } }],
  ['ID=a,SRC=b', { id: 'a', source: { kind: 'file', path: 'b' } }],
  ['src=f', refused],
  ['id=', refused],
  ['id=a,src', refused],
  ['id=a,what=b', refused],
  ['id=a,type=vault', refused],
  ['id=a,env=E,src=f', refused],
  ['id=a,type=file,env=E', refused],
]);

test('parseSecret: an error does not repeat the value', () => {
  assert.throws(
    () => parseSecret('hunter2,id=a', {}),
    (error) => error instanceof BuildError && !`${error.message}${error.hint}`.includes('hunter2'),
  );
});

table('parseSsh', parseSsh, [
  ['default', { id: 'default', paths: [] }],
  ['git=/key', { id: 'git', paths: ['/key'] }],
  ['git=/a,/b', { id: 'git', paths: ['/a', '/b'] }],
  ['=x', refused],
  ['', refused],
  ['a=', refused],
]);

const linux = { os: 'linux', architecture: 'arm64' };
table('parseAnnotation', parseAnnotation, [
  ['k=v', [{ level: 'manifest', key: 'k', value: 'v' }]],
  ['k=v=w', [{ level: 'manifest', key: 'k', value: 'v=w' }]],
  ['k=http://x:1', [{ level: 'manifest', key: 'k', value: 'http://x:1' }]],
  ['index:k=v', [{ level: 'index', key: 'k', value: 'v' }]],
  [
    'index,manifest:k=v',
    [
      { level: 'index', key: 'k', value: 'v' },
      { level: 'manifest', key: 'k', value: 'v' },
    ],
  ],
  ['manifest[linux/arm64]:k=v', [{ level: 'manifest', key: 'k', value: 'v', platform: linux }]],
  ['index-descriptor[linux/arm64]:a.b/c=', [{ level: 'index-descriptor', key: 'a.b/c', value: '', platform: linux }]],
  ['bogus:k=v', refused],
  ['k', refused],
  ['=v', refused],
  ['index:=v', refused],
]);

table('parseAddHost', parseAddHost, [
  ['a:1.2.3.4', { host: 'a', ip: '1.2.3.4' }],
  ['a=1.2.3.4', { host: 'a', ip: '1.2.3.4' }],
  ['a:::1', { host: 'a', ip: '::1' }],
  ['a:[::1]', { host: 'a', ip: '::1' }],
  ['a=[2001:db8::1]', { host: 'a', ip: '2001:db8::1' }],
  ['a:host-gateway', { host: 'a', ip: '127.0.0.1' }],
  ['a', refused],
  ['a:', refused],
  [':1.1.1.1', refused],
  ['a b:1.1.1.1', refused],
  ['a:999.1.1.1', refused],
]);

table('parseSize', (text) => parseSize(text, '--shm-size'), [
  ['512', 512],
  ['128m', 128 * 1024 * 1024],
  ['128MB', 128 * 1024 * 1024],
  ['1.5g', 1.5 * 1024 ** 3],
  ['2 GiB', 2 * 1024 ** 3],
  ['10b', 10],
  ['', refused],
  ['m', refused],
  ['-1', refused],
  ['1x', refused],
  ['9999999p', refused],
]);

table('parseSize in decimal', (text) => parseSize(text, '--max-used-space', { decimal: true }), [
  ['20GB', 20e9],
  ['20GiB', 20 * 1024 ** 3],
  ['5', 5],
]);

const now = Date.parse('2026-01-02T00:00:00Z');
table('parseUntil', (text) => parseUntil(text, now), [
  ['24h', now - 86_400_000],
  ['1h30m', now - 5_400_000],
  ['7d', now - 7 * 86_400_000],
  ['500ms', now - 500],
  ['1700000000', 1_700_000_000_000],
  ['2026-01-01T00:00:00Z', now - 86_400_000],
  ['tomorrow', refused],
  ['', refused],
  ['1y', refused],
]);

table('parseMirror', parseMirror, [
  ['docker.io=m:5000', { host: 'docker.io', mirror: 'm:5000' }],
  ['index.docker.io=m', { host: 'docker.io', mirror: 'm' }],
  ['r.io=https://m.io/path/', { host: 'r.io', mirror: 'https://m.io/path' }],
  ['r.io', refused],
  ['=m', refused],
  ['r.io=', refused],
  ['r.io=a b', refused],
]);

table('parseInsecureRegistry', parseInsecureRegistry, [
  ['localhost:5000', 'localhost:5000'],
  ['http://r.io/', 'r.io'],
  ['[::1]:5000', '[::1]:5000'],
  ['a/b', refused],
  ['', refused],
]);

const tags = ['r.io/a:1'];
table('parseOutput', (text) => parseOutput(text, tags).output, [
  ['out', { kind: 'local', dest: 'out' }],
  ['Out', { kind: 'local', dest: 'Out' }],
  ['-', { kind: 'tar', dest: '-' }],
  ['type=local,dest=d', { kind: 'local', dest: 'd' }],
  ['type=tar,dest=f.tar', { kind: 'tar', dest: 'f.tar' }],
  ['type=tar', { kind: 'tar', dest: '-' }],
  ['type=cacheonly', { kind: 'cacheonly' }],
  ['type=image', { kind: 'image', names: tags, push: false }],
  ['type=image,push=true', { kind: 'image', names: tags, push: true }],
  ['type=registry', { kind: 'image', names: tags, push: true }],
  ['type=image,"name=a,b",push=true', { kind: 'image', names: ['a', 'b'], push: true }],
  [
    'type=image,name=a,compression=zstd,compression-level=22,force-compression=true,oci-mediatypes=false,registry.insecure=true',
    { kind: 'image', names: ['a'], push: false, insecure: true, ociMediaTypes: false, compression: 'zstd', compressionLevel: 22, forceCompression: true },
  ],
  ['type=image,compression=uncompressed', { kind: 'image', names: tags, push: false, compression: 'none' }],
  ['type=oci,dest=a.tar', { kind: 'oci', dest: 'a.tar', tar: true, names: tags }],
  ['type=oci,dest=a,tar=false', { kind: 'oci', dest: 'a', tar: false, names: tags }],
  ['type=oci', { kind: 'oci', dest: '-', tar: true, names: tags }],
  ['type=docker,dest=a.tar', { kind: 'docker', dest: 'a.tar', tar: true, names: tags }],
  ['type=docker', { kind: 'load', names: tags }],
  ['TYPE=oci,DEST=A.tar', { kind: 'oci', dest: 'A.tar', tar: true, names: tags }],
  ['', refused],
  ['dest=a', refused],
  ['type=bogus', refused],
  ['type=local', refused],
  ['type=local,dest=-', refused],
  ['type=oci,tar=false', refused],
  ['type=image,push=perhaps', refused],
  ['type=image,push', refused],
  ['type=image,compression=estargz', refused],
  ['type=image,compression-level=10', refused],
  ['type=image,compression=gzip,compression-level=', refused],
  ['type=image,push-by-digest=true', refused],
  ['type=tar,names=x', refused],
  ['type=registry,push=false', refused],
  ['type=image,annotation-bogus.k=v', refused],
]);

test('parseOutput: annotations of an output', () => {
  assert.deepEqual(parseOutput('type=image,annotation.org.Title=T,annotation-index.k=v,annotation-manifest[linux/arm64].p=q', []).annotations, [
    { level: 'manifest', key: 'org.Title', value: 'T' },
    { level: 'index', key: 'k', value: 'v' },
    { level: 'manifest', key: 'p', value: 'q', platform: linux },
  ]);
});

test('parseContext and parseBuildContext: folders, URLs, images, layouts', (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'ossb-cli-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  const git = (url: string): unknown => ({ kind: 'git', url });
  const contexts: readonly Row[] = [
    ['.', { kind: 'dir', path: '.' }],
    ['-', { kind: 'stdin' }],
    ['https://github.com/a/b.git', git('https://github.com/a/b.git')],
    ['https://github.com/a/b.git#main:sub', git('https://github.com/a/b.git#main:sub')],
    ['https://h/r.git?ref=x', git('https://h/r.git?ref=x')],
    ['github.com/a/b', git('https://github.com/a/b')],
    ['git@github.com:a/b', git('git@github.com:a/b')],
    ['git://h/r', git('git://h/r')],
    ['ssh://git@h/r', git('ssh://git@h/r')],
    ['https://h/context.tar.gz', { kind: 'http', url: 'https://h/context.tar.gz' }],
    ['https://h/x?file=a.git', { kind: 'http', url: 'https://h/x?file=a.git' }],
    ['nowhere', refused],
  ];
  for (const [text, expected] of contexts) check(() => parseContext(text, cwd), expected, text);
  const named: readonly Row[] = [
    ['a=.', { name: 'a', source: { kind: 'dir', path: '.' } }],
    ['Alpine=docker-image://alpine:3', { name: 'alpine', source: { kind: 'image', ref: 'alpine:3' } }],
    ['a::linux/arm64=docker-image://x', { name: 'a::linux/arm64', source: { kind: 'image', ref: 'x' } }],
    ['a=scratch', { name: 'a', source: { kind: 'image', ref: 'scratch' } }],
    ['a=oci-layout:///d', { name: 'a', source: { kind: 'oci-layout', path: '/d', ref: 'latest' } }],
    ['a=oci-layout://d/e:1', { name: 'a', source: { kind: 'oci-layout', path: 'd/e', ref: '1' } }],
    ['a=oci-layout://d:1@sha256:ab', { name: 'a', source: { kind: 'oci-layout', path: 'd', ref: 'sha256:ab' } }],
    ['a=https://h/r.git', { name: 'a', source: git('https://h/r.git') }],
    ['a=nowhere', refused],
    ['a=target:x', refused],
    ['a', refused],
    ['=x', refused],
    ['a=', refused],
  ];
  for (const [text, expected] of named) check(() => parseBuildContext(text, cwd), expected, text);
});

function check(parse: () => unknown, expected: unknown, text: string): void {
  if (expected === refused) assert.throws(parse, (error) => error instanceof BuildError, text);
  else assert.deepEqual(parse(), expected, text);
}
