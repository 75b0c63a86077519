import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CopyOp, CopySource } from '../../../graph/index.ts';
import { graphOf, lastOp, lastVertex, ownHistory, stepNames } from '../graph-fixture.ts';

async function copyOf(text: string): Promise<CopyOp> {
  return lastOp(await graphOf(`FROM scratch AS files\nCOPY z /\nFROM base\nENV V=val\n${text}`), 'copy');
}

const plain = { kind: 'paths', input: 1, wildcard: false, allowEmpty: false, contentsOnly: true, unpack: false } as const;

const sources: readonly [string, readonly CopySource[]][] = [
  [
    'COPY a ./b/../$V /x',
    [
      { ...plain, pattern: '/a' },
      { ...plain, pattern: '/val' },
    ],
  ],
  ['COPY ../../up /x', [{ ...plain, pattern: '/up' }]],
  ['COPY . /x', [{ ...plain, pattern: '/' }]],
  ['COPY *.txt /x', [{ ...plain, pattern: '/*.txt', wildcard: true, allowEmpty: true }]],
  ['COPY ["a b", "/x"]', [{ ...plain, pattern: '/a b' }]],
  ['ADD a.tar /x', [{ ...plain, pattern: '/a.tar', unpack: 'auto' }]],
  ['ADD --unpack=false a.tar /x', [{ ...plain, pattern: '/a.tar' }]],
  ['COPY --parents a/b /x', [{ ...plain, pattern: '/a/b', parents: { pivot: '' } }]],
  ['COPY --parents ./x/./y/*/z /x', [{ ...plain, pattern: '/x/y/*/z', wildcard: true, allowEmpty: true, parents: { pivot: '/x' } }]],
  [
    'COPY <<EOF <<"RAW" /x/\nx $V \'q\' \\$V\nEOF\n$V\nRAW\n',
    [
      { kind: 'inline', name: 'EOF', content: "x val 'q' $V\n" },
      { kind: 'inline', name: 'RAW', content: '$V\n' },
    ],
  ],
  [
    'COPY a <<-EOF /x/\n\tb\nEOF\n',
    [
      { ...plain, pattern: '/a' },
      { kind: 'inline', name: 'EOF', content: 'b\n' },
    ],
  ],
  ['COPY --from=files /a /b', [{ ...plain, pattern: '/a' }]],
];
for (const [text, expected] of sources) {
  test(`${text.split('\n')[0]}: sources`, async () => {
    assert.deepEqual((await copyOf(text)).sources, expected);
  });
}

const destinations: readonly [string, string, boolean][] = [
  ['/x', '/x', false],
  ['/x/', '/x', true],
  ['/x/.', '/x', true],
  ['.', '/srv', true],
  ['./', '/srv', true],
  ['sub', '/srv/sub', false],
  ['../sub/', '/sub', true],
  ['/', '/', true],
  ['$V/', '/srv/val', true],
];
for (const [written, destination, isDir] of destinations) {
  test(`COPY a b ${written}: destination`, async () => {
    const op = await copyOf(`COPY a b ${written}`);
    assert.deepEqual([op.destination, op.destinationIsDir], [destination, isDir]);
  });
}

test('COPY: flags', async () => {
  const { chown, chmod, exclude, keepOwner, link } = await copyOf('COPY --chown=$V:1 --chmod=u=rwX,go=rX --exclude=*.md --exclude=$V a /');
  assert.deepEqual(
    { chown, chmod, exclude, keepOwner, link },
    { chown: 'val:1', chmod: 'u=rwX,go=rX', exclude: ['*.md', '$V'], keepOwner: false, link: false },
  );
});

test('COPY --from: owners are kept, of stages and of images', async () => {
  assert.equal((await copyOf('COPY --from=files a /')).keepOwner, true);
  assert.equal((await copyOf('COPY --from=0 a /')).keepOwner, true);
  assert.equal((await copyOf('COPY --from=other:1 a /')).keepOwner, true);
  assert.equal((await copyOf('COPY a /')).keepOwner, false);
});

test('COPY --from: names in any case, images, and scratch', async () => {
  const input = async (from: string): Promise<string | undefined> =>
    lastVertex(await graphOf(`FROM scratch AS Files\nCOPY a /\nFROM base\nCOPY --from=${from} a /`), 'copy').inputs[1]?.meta.name;
  assert.equal(await input('FILES'), '[files 1/1] COPY a /');
  assert.match((await input('other')) ?? '', /^FROM docker\.io\/library\/other:latest@sha256:/);
  assert.equal(await input('scratch'), '[internal] scratch');
});

test('COPY --link: on scratch, then merged', async () => {
  const graph = await graphOf('FROM base\nCOPY --link a b /x/');
  const merge = graph.target;
  assert.equal(merge.op.kind, 'merge');
  assert.equal(merge.meta.name, '[2/2] LINK COPY --link a b /x/');
  const copy = merge.inputs[1]!;
  assert.ok(copy.op.kind === 'copy' && copy.op.link);
  assert.deepEqual(
    copy.inputs.map(({ op }) => op.kind),
    ['local'],
  );
  assert.deepEqual(
    copy.op.sources.map((source) => source.kind === 'paths' && source.input),
    [0, 0],
  );
  assert.equal(graph.history.at(-1)?.vertex, merge);
});

test('COPY --link: plain with --chmod, and no merge on scratch', async () => {
  assert.equal((await graphOf('FROM base\nCOPY --link --chmod=600 a /')).target.op.kind, 'copy');
  assert.equal((await graphOf('FROM scratch\nCOPY --link a /')).target.op.kind, 'copy');
});

test('COPY: a stage that is copied onto itself by its base is two inputs', async () => {
  const graph = await graphOf('FROM base AS one\nRUN x\nFROM one\nCOPY --from=one /a /b');
  assert.deepEqual(
    graph.target.inputs.map(({ op }) => op.kind),
    ['run', 'run'],
  );
});

test('ADD: a URL, a repository, and a path in one instruction', async () => {
  const graph = await graphOf('FROM base\nADD https://h.org/d%20x/f.tgz?q=1 https://h.org/r.git#v1:sub a.tar /x/');
  const copy = graph.target;
  assert.ok(copy.op.kind === 'copy');
  assert.deepEqual(
    copy.inputs.map(({ op }) => op),
    [
      copy.inputs[0]!.op,
      { kind: 'http', url: 'https://h.org/d%20x/f.tgz?q=1', filename: 'f.tgz' },
      { kind: 'git', url: 'https://h.org/r.git', ref: 'v1', subdir: 'sub', keepGitDir: false, submodules: true },
      { kind: 'local', name: 'context' },
    ],
  );
  assert.deepEqual(copy.op.sources, [
    { ...plain, pattern: '/f.tgz', contentsOnly: false },
    { ...plain, input: 2, pattern: '/' },
    { ...plain, input: 3, pattern: '/a.tar', unpack: 'auto' },
  ]);
});

test('ADD: --checksum, --keep-git-dir, --unpack', async () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const http = await graphOf(`FROM base\nADD --checksum=${digest} --unpack=true https://h.org/ /x`);
  assert.deepEqual(lastOp(http, 'http'), { kind: 'http', url: 'https://h.org/', filename: '__unnamed__', checksum: digest });
  const [source] = lastOp(http, 'copy').sources;
  assert.equal(source?.kind === 'paths' && source.unpack, 'auto');
  const git = await graphOf('FROM base\nADD --keep-git-dir --checksum=0123456789abcdef git@h.org:o/r.git?branch=b /x');
  assert.deepEqual(lastOp(git, 'git'), {
    kind: 'git',
    url: 'git@h.org:o/r.git',
    ref: 'refs/heads/b',
    checksum: '0123456789abcdef',
    keepGitDir: true,
    submodules: true,
  });
});

test('COPY and ADD: history leaves out what does not change the result', async () => {
  const graph = await graphOf(
    'FROM scratch AS f\nCOPY a /\nFROM base\nCOPY --chown=1:2 --chmod=644 --link=false a <<F /d/\nx\nF\nCOPY --from=f --exclude=x /a .\nADD --link a /l/\nCOPY --parents a /p/',
  );
  assert.deepEqual(ownHistory(graph), [
    'L COPY --chown=1:2 --chmod=644 a <<F /d/ # buildkit',
    'L COPY /a . # buildkit',
    'L ADD a /l/ # buildkit',
    'L COPY --parents a /p/ # buildkit',
  ]);
});

test('COPY: the name has quotes taken off and variables replaced', async () => {
  assert.equal(stepNames(await graphOf('FROM base\ncopy "a" $FOO ./x/')).at(-1), '[2/2] COPY a basefoo ./x/');
});

const faults: readonly [string, string][] = [
  ['COPY https://h.org/x /', 'COPY_SOURCE'],
  ['COPY git@h.org:o/r.git /', 'COPY_SOURCE'],
  ['ADD --checksum=0123456 a /', 'COPY_CHECKSUM'],
  ['ADD --checksum=0123456 https://h.org/a https://h.org/b /', 'COPY_CHECKSUM'],
  ['ADD --checksum=0123456 https://h.org/a /', 'DIGEST_INVALID'],
  ['ADD --checksum=zz https://h.org/a /', 'BAD_CHECKSUM'],
  [`ADD --checksum=sha256:${'0'.repeat(64)} https://h.org/a.git /`, 'COPY_CHECKSUM'],
  ['ADD https://h.org/a.git?what=1 /', 'GIT_REFERENCE'],
  ['ADD --keep-git-dir=true https://h.org/a.git?keep-git-dir=0 /', 'GIT_REFERENCE'],
  ['COPY --chmod=9 a /', 'BAD_CHMOD'],
  ['COPY --link --chown=app a /', 'COPY_OWNER'],
  ['COPY --from=$V a /', 'FROM_VARIABLE'],
  ['COPY --from=7 a /', 'STAGE_INDEX'],
];
for (const [text, code] of faults) {
  test(`${text}: refused with its line`, async () => {
    await assert.rejects(graphOf(`FROM base\nENV V=1\n${text}`), (error: { code: string; location?: { startLine: number } }) => {
      assert.equal(error.code, code);
      assert.equal(error.location?.startLine, 3);
      return true;
    });
  });
}
