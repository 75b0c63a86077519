import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from '../../language/dockerfile/index.ts';
import { dockerfileFrontend } from '../../decide/frontend/index.ts';
import type { CopyOp } from '../../decide/graph/index.ts';
import { planCopy } from './copy.ts';
import { copyOp, linesOf, pathsSource, testPorts, treeOf } from './testing.ts';

const context = treeOf(
  'a.txt=a',
  'b.txt=b',
  'la -> a.txt',
  'ld -> dir',
  'dir/ 700',
  'dir/lx -> x',
  'dir/nested/ 2750',
  'dir/sub/',
  'dir/sub/x3=x',
  'dir/suid=s 4755',
  'dir/x => dir/sub/x3',
  'dir/x2 => dir/sub/x3',
  'dir/fifo=',
  'broken -> nowhere',
  '[a]=bracket',
);
const base = treeOf(
  'real/ 700',
  'tmp/ 1777',
  'shared/ 2751',
  'same/ 700',
  'same/a.txt=a',
  'lreal -> real',
  'dang -> /abs/target',
  'esc -> ../../..',
  'file=f',
  'lfile -> file',
  'loop -> loop',
  'sub/',
  'nested/',
  'xdir/',
  'etc/passwd=root:x:0:0::/:/x\nbob:x:123:45:::\ncarol:x:200:201\n',
  'etc/group=root:x:0:\nstaff:x:77:bob\nbob:x:99:\n',
);

/** Each line was compared with the layer that Docker's BuildKit makes of the same instruction. */
const table: readonly { name: string; op: CopyOp; layer: readonly string[] | string }[] = [
  { name: 'a file into a folder through a symlink', op: copyOp(['/a.txt'], '/lreal'), layer: ['dir 700 0:0 real', 'file 644 0:0 real/a.txt=a'] },
  {
    name: 'a new folder below a symlink',
    op: copyOp(['/a.txt'], '/lreal/new/'),
    layer: ['dir 700 0:0 real', 'dir 755 0:0 real/new', 'file 644 0:0 real/new/a.txt=a'],
  },
  { name: 'a file into a sticky folder', op: copyOp(['/a.txt'], '/tmp/'), layer: ['dir 1777 0:0 tmp', 'file 644 0:0 tmp/a.txt=a'] },
  { name: 'what is there already', op: copyOp(['/a.txt', '/b.txt'], '/same/'), layer: ['dir 700 0:0 same', 'file 644 0:0 same/b.txt=b'] },
  {
    name: 'new folders in a setgid folder',
    op: copyOp(['/dir/sub'], '/shared/new/'),
    layer: ['dir 2751 0:0 shared', 'dir 2755 0:0 shared/new', 'file 644 0:0 shared/new/x3=x'],
  },
  { name: 'a dangling symlink as destination', op: copyOp(['/a.txt'], '/dang'), layer: ['dir 755 0:0 abs', 'file 644 0:0 abs/target=a'] },
  {
    name: 'a dangling symlink as folder',
    op: copyOp(['/a.txt'], '/dang/'),
    layer: ['dir 755 0:0 abs', 'dir 755 0:0 abs/target', 'file 644 0:0 abs/target/a.txt=a'],
  },
  { name: 'a folder onto a file', op: copyOp(['/dir'], '/file'), layer: 'NOT_A_FOLDER' },
  { name: 'a file as folder', op: copyOp(['/a.txt'], '/file/'), layer: 'NOT_A_FOLDER' },
  { name: 'a file as parent', op: copyOp(['/a.txt'], '/file/sub/x'), layer: 'NOT_A_FOLDER' },
  { name: 'through a symlink to a file', op: copyOp(['/a.txt'], '/lfile'), layer: ['file 644 0:0 file=a'] },
  { name: 'a loop', op: copyOp(['/a.txt'], '/loop'), layer: 'TREE_SYMLINK_LOOP' },
  { name: 'a symlink that leads out of the root', op: copyOp(['/a.txt'], '/esc/esc/y'), layer: ['file 644 0:0 y=a'] },
  {
    name: 'hard links and modes of a folder whose own mode is not kept',
    op: copyOp(['/dir'], '/d1', { exclude: ['fifo'] }),
    layer: [
      'dir 755 0:0 d1',
      'symlink 777 0:0 d1/lx -> x',
      'dir 2750 0:0 d1/nested',
      'dir 755 0:0 d1/sub',
      'file 644 0:0 d1/sub/x3=x',
      'file 4755 0:0 d1/suid=s',
      'hardlink 644 0:0 d1/x => d1/sub/x3',
      'hardlink 644 0:0 d1/x2 => d1/sub/x3',
    ],
  },
  {
    name: 'attributes of folders that are there',
    op: copyOp(['/dir'], '/', { exclude: ['x*', 'fifo', 'lx', 'suid'] }),
    layer: ['dir 2750 0:0 nested', 'dir 755 0:0 sub', 'file 644 0:0 sub/x3=x'],
  },
  { name: 'a file where a folder is', op: copyOp(['/dir/sub/x3'], '/xdir/../sub/../nested/..'), layer: ['file 644 0:0 x3=x'] },
  { name: 'a file into a folder that holds a folder of its name', op: copyOp(['/sub'], '/'), layer: 'SOURCE_MISSING' },
  { name: 'symlinks as sources are followed', op: copyOp(['/la'], '/d3'), layer: ['file 644 0:0 d3=a'] },
  { name: 'and keep their name', op: copyOp(['/la'], '/d3/'), layer: ['dir 755 0:0 d3', 'file 644 0:0 d3/la=a'] },
  { name: 'symlinked folders give their contents', op: copyOp(['/ld/sub'], '/d3'), layer: ['dir 755 0:0 d3', 'file 644 0:0 d3/x3=x'] },
  { name: 'a path that is missing', op: copyOp(['/nope'], '/x/'), layer: 'SOURCE_MISSING' },
  { name: 'a broken symlink', op: copyOp(['/broken'], '/x/'), layer: 'SOURCE_MISSING' },
  { name: 'a broken symlink that a wildcard finds', op: copyOp(['/b*'], '/x/'), layer: 'SOURCE_MISSING' },
  { name: 'a wildcard that finds nothing', op: copyOp(['/nope*'], '/x/y/'), layer: [] },
  { name: 'a wildcard in a folder that is missing', op: copyOp(['/nope/*'], '/x/'), layer: 'SOURCE_MISSING' },
  { name: 'a wildcard pattern that is no pattern', op: copyOp(['/['], '/x/'), layer: 'BAD_PATTERN' },
  { name: 'wildcards, the last one staying', op: copyOp(['/*.txt'], '/w'), layer: ['file 644 0:0 w=b'] },
  { name: 'classes', op: copyOp(['/a.tx[st]'], '/w/'), layer: ['dir 755 0:0 w', 'file 644 0:0 w/a.txt=a'] },
  { name: 'an escaped bracket', op: copyOp(['/[[]a]'], '/w/'), layer: ['dir 755 0:0 w', 'file 644 0:0 w/[a]=bracket'] },
  { name: 'wildcards do not follow symlinks on the way', op: copyOp(['/l*/x'], '/w/'), layer: [] },
  { name: '** is one element', op: copyOp(['/**/x2'], '/w/'), layer: ['dir 755 0:0 w', 'file 644 0:0 w/x2=x'] },
  {
    name: 'a folder that a wildcard finds gives its contents',
    op: copyOp(['/dir/s*'], '/w/'),
    layer: ['dir 755 0:0 w', 'file 4755 0:0 w/suid=s', 'file 644 0:0 w/x3=x'],
  },
  { name: 'owner by name', op: copyOp(['/a.txt'], '/p1/q', { chown: 'bob' }), layer: ['dir 755 123:45 p1', 'file 644 123:45 p1/q=a'] },
  { name: 'owner with group', op: copyOp(['/a.txt'], '/p', { chown: 'bob:staff' }), layer: ['file 644 123:77 p=a'] },
  { name: 'group alone', op: copyOp(['/a.txt'], '/p', { chown: ':staff' }), layer: ['file 644 0:77 p=a'] },
  { name: 'a number is the group too', op: copyOp(['/a.txt'], '/p', { chown: '123' }), layer: ['file 644 123:123 p=a'] },
  { name: 'number and name', op: copyOp(['/a.txt'], '/p', { chown: '55:staff' }), layer: ['file 644 55:77 p=a'] },
  { name: 'an unknown user', op: copyOp(['/a.txt'], '/p', { chown: 'nosuch' }), layer: ['file 644 0:0 p=a'] },
  { name: 'an empty group', op: copyOp(['/a.txt'], '/p', { chown: 'bob:' }), layer: ['file 644 123:0 p=a'] },
  { name: 'an unknown group', op: copyOp(['/a.txt'], '/p', { chown: 'bob:nogroup' }), layer: ['file 644 123:45 p=a'] },
  {
    name: 'a folder that is there keeps its owner',
    op: copyOp(['/dir/sub'], '/real', { chown: 'bob' }),
    layer: ['dir 700 0:0 real', 'file 644 123:45 real/x3=x'],
  },
  {
    name: 'an octal mode, also for folders on the way',
    op: copyOp(['/la', '/dir/nested', '/dir/sub'], '/m3/', { chmod: '4711' }),
    layer: ['dir 711 0:0 m3', 'file 4711 0:0 m3/la=a', 'file 4711 0:0 m3/x3=x'],
  },
  {
    name: 'a symbolic mode, not for folders on the way',
    op: copyOp(['/dir'], '/m1/m2', { chmod: 'u=rwX,go=', exclude: ['fifo', 'x*', 'sub'] }),
    layer: ['dir 755 0:0 m1', 'dir 755 0:0 m1/m2', 'symlink 777 0:0 m1/m2/lx -> x', 'dir 700 0:0 m1/m2/nested', 'file 700 0:0 m1/m2/suid=s'],
  },
  {
    name: 'files written in the Dockerfile',
    op: copyOp(
      [
        { kind: 'inline', name: 'EOF', content: 'hello' },
        { kind: 'inline', name: 'f2', content: 'two' },
      ],
      '/h2/',
      { chmod: 'u+x', chown: '33' },
    ),
    layer: ['dir 755 33:33 h2', 'file 744 33:33 h2/EOF=hello', 'file 744 33:33 h2/f2=two'],
  },
  {
    name: 'a written file into a folder',
    op: copyOp([{ kind: 'inline', name: 'EOF', content: 'x' }], '/real'),
    layer: ['dir 700 0:0 real', 'file 644 0:0 real/EOF=x'],
  },
  { name: 'link replaces symlinks by folders', op: copyOp(['/a.txt'], '/lreal/', { link: true }), layer: ['dir 755 0:0 lreal', 'file 644 0:0 lreal/a.txt=a'] },
  { name: 'link has nowhere to look names up', op: copyOp(['/a.txt'], '/l', { link: true, chown: 'bob' }), layer: 'OWNER_INVALID' },
  { name: 'link with numbers', op: copyOp(['/a.txt'], '/l2/l3', { link: true, chown: '5:6' }), layer: ['dir 755 5:6 l2', 'file 644 5:6 l2/l3=a'] },
];

for (const { name, op, layer } of table) {
  test(`planCopy: ${name}`, async () => {
    const plan = planCopy(op, [base, context], base, testPorts);
    if (typeof layer === 'string') await assert.rejects(plan, { code: layer });
    else assert.deepEqual(linesOf(await plan), layer);
  });
}

const deep = treeOf('a/ 711 8:8', 'a/b/ 755 9:9', 'a/b/c/f=1', 'a/b/g=2', 'a/h=3', 'a/lb -> b');

const parentsTable: readonly { name: string; op: CopyOp; layer: readonly string[] | string }[] = [
  { name: 'exclude a folder', op: copyOp(['/a'], '/e', { exclude: ['b'] }), layer: ['dir 755 0:0 e', 'file 644 0:0 e/h=3', 'symlink 777 0:0 e/lb -> b'] },
  {
    name: 'exclude what is in a folder',
    op: copyOp(['/a'], '/e', { exclude: ['b/*', 'lb'] }),
    layer: ['dir 755 0:0 e', 'dir 755 0:0 e/b', 'file 644 0:0 e/h=3'],
  },
  {
    name: 'exclude with an exception',
    op: copyOp(['/a'], '/e', { exclude: ['b', '!b/c/f', 'lb'] }),
    layer: ['dir 755 0:0 e', 'dir 755 0:0 e/b', 'dir 755 0:0 e/b/c', 'file 644 0:0 e/b/c/f=1', 'file 644 0:0 e/h=3'],
  },
  { name: 'exclude does not concern a file that is named', op: copyOp(['/a/h'], '/e/', { exclude: ['h'] }), layer: ['dir 755 0:0 e', 'file 644 0:0 e/h=3'] },
  {
    name: 'parents keep the path and the modes',
    op: copyOp([pathsSource('/a/b/g', { parents: { pivot: '' } })], '/p/'),
    layer: ['dir 755 0:0 p', 'dir 711 0:0 p/a', 'dir 755 0:0 p/a/b', 'file 644 0:0 p/a/b/g=2'],
  },
  {
    name: 'parents keep owners of a stage',
    op: copyOp([pathsSource('/a/b/g', { parents: { pivot: '' } })], '/p/', { keepOwner: true }),
    layer: ['dir 755 0:0 p', 'dir 711 8:8 p/a', 'dir 755 9:9 p/a/b', 'file 644 0:0 p/a/b/g=2'],
  },
  {
    name: 'parents from a pivot',
    op: copyOp([pathsSource('/a/b/g', { parents: { pivot: '/a' } })], '/p/'),
    layer: ['dir 755 0:0 p', 'dir 755 0:0 p/b', 'file 644 0:0 p/b/g=2'],
  },
  {
    name: 'parents of a folder',
    op: copyOp([pathsSource('/a/b/c', { parents: { pivot: '/a' } })], '/p/'),
    layer: ['dir 755 0:0 p', 'dir 755 0:0 p/b', 'dir 755 0:0 p/b/c', 'file 644 0:0 p/b/c/f=1'],
  },
  {
    name: 'parents with any number of folders',
    op: copyOp([pathsSource('/**/g', { parents: { pivot: '' } })], '/p/'),
    layer: ['dir 755 0:0 p', 'dir 711 0:0 p/a', 'dir 755 0:0 p/a/b', 'file 644 0:0 p/a/b/g=2'],
  },
  { name: 'parents of what is missing', op: copyOp([pathsSource('/a/nope', { parents: { pivot: '' } })], '/p/'), layer: 'SOURCE_MISSING' },
  { name: 'parents of what a wildcard does not find', op: copyOp([pathsSource('/a/nope*', { parents: { pivot: '' } })], '/p/'), layer: ['dir 755 0:0 p'] },
];

for (const { name, op, layer } of parentsTable) {
  test(`planCopy: ${name}`, async () => {
    const plan = planCopy(op, [undefined, deep], undefined, testPorts);
    if (typeof layer === 'string') await assert.rejects(plan, { code: layer });
    else assert.deepEqual(linesOf(await plan), layer);
  });
}

/** As text, since the cut at the pivot is made when the graph is. The first six are what BuildKit's own tests of --parents ask for. */
const relative = treeOf(
  'test/a/b/c/d/foo=f',
  'test/a/b/c/d/e/bay=y',
  'test/a/b2/c/d/e/bar=r',
  'test/a/b/c2/d/e/baz=z',
  'test/a/b/c2/d/e2/baz=2',
  'x/ 711',
  'x/a.txt=a',
  'x/y/ 700',
  'x/y/a.txt=ya',
  'x/y/b.txt=yb',
  'x/y/n.md=md',
  'x/y/deep/a.txt=da',
  'way -> x/y',
);

const parentsText: readonly { text: string; layer: readonly string[] | string }[] = [
  { text: '/test/a/b/./c/d /out/', layer: ['out', 'out/c', 'out/c/d', 'out/c/d/e', 'out/c/d/e/bay=y', 'out/c/d/foo=f'] },
  {
    text: '/test/a/b/c/d/. /out/',
    layer: [
      'out',
      'out/test',
      'out/test/a',
      'out/test/a/b',
      'out/test/a/b/c',
      'out/test/a/b/c/d',
      'out/test/a/b/c/d/e',
      'out/test/a/b/c/d/e/bay=y',
      'out/test/a/b/c/d/foo=f',
    ],
  },
  {
    text: './test/a/b/c/d /out/',
    layer: [
      'out',
      'out/test',
      'out/test/a',
      'out/test/a/b',
      'out/test/a/b/c',
      'out/test/a/b/c/d',
      'out/test/a/b/c/d/e',
      'out/test/a/b/c/d/e/bay=y',
      'out/test/a/b/c/d/foo=f',
    ],
  },
  { text: '/test/a/./b/./c /out/', layer: ['out', 'out/b', 'out/b/c', 'out/b/c/d', 'out/b/c/d/e', 'out/b/c/d/e/bay=y', 'out/b/c/d/foo=f'] },
  { text: '/test/a/b*/./c/**/e /out/', layer: ['out', 'out/c', 'out/c/d', 'out/c/d/e', 'out/c/d/e/bar=r', 'out/c/d/e/bay=y'] },
  {
    text: '/test/a/b/c*/./d/**/baz /test/a/b*/./c/**/bar /out/',
    layer: ['out', 'out/c', 'out/c/d', 'out/c/d/e', 'out/c/d/e/bar=r', 'out/d', 'out/d/e', 'out/d/e/baz=z', 'out/d/e2', 'out/d/e2/baz=2'],
  },
  {
    text: '/test/a/./*/c /out/',
    layer: [
      'out',
      'out/b',
      'out/b/c',
      'out/b/c/d',
      'out/b/c/d/e',
      'out/b/c/d/e/bay=y',
      'out/b/c/d/foo=f',
      'out/b2',
      'out/b2/c',
      'out/b2/c/d',
      'out/b2/c/d/e',
      'out/b2/c/d/e/bar=r',
    ],
  },
  // several sources of one name do not meet
  { text: 'x/a.txt x/y/a.txt /p/', layer: ['p', 'p/x 711', 'p/x/a.txt=a', 'p/x/y 700', 'p/x/y/a.txt=ya'] },
  { text: 'x/./y/*.txt /p/', layer: ['p', 'p/y 700', 'p/y/a.txt=ya', 'p/y/b.txt=yb'] },
  { text: 'x/*/*.txt /p/', layer: ['p', 'p/x 711', 'p/x/y 700', 'p/x/y/a.txt=ya', 'p/x/y/b.txt=yb'] },
  { text: 'x/?.txt x/y/[ab].txt /p/', layer: ['p', 'p/x 711', 'p/x/a.txt=a', 'p/x/y 700', 'p/x/y/a.txt=ya', 'p/x/y/b.txt=yb'] },
  { text: 'x/**/a.txt /p/', layer: ['p', 'p/x 711', 'p/x/a.txt=a', 'p/x/y 700', 'p/x/y/a.txt=ya', 'p/x/y/deep', 'p/x/y/deep/a.txt=da'] },
  // without a slash at its end too, the destination is a folder
  { text: 'x/a.txt /p', layer: ['p', 'p/x 711', 'p/x/a.txt=a'] },
  { text: 'x/./a.txt .', layer: ['a.txt=a'] },
  // what is excluded is named from the pivot on
  { text: '--exclude=y/*.md --exclude=y/deep x/./y /p/', layer: ['p', 'p/y 700', 'p/y/a.txt=ya', 'p/y/b.txt=yb'] },
  { text: '--exclude=**/deep --exclude=**/*.md x /p/', layer: ['p', 'p/x 711', 'p/x/a.txt=a', 'p/x/y 700', 'p/x/y/a.txt=ya', 'p/x/y/b.txt=yb'] },
  { text: '--exclude=x/y --exclude=!x/y/n.md x /p/', layer: ['p', 'p/x 711', 'p/x/a.txt=a', 'p/x/y 700', 'p/x/y/n.md=md'] },
  { text: '--exclude=y/a.txt x/./**/a.txt /p/', layer: ['p', 'p/a.txt=a', 'p/y 700', 'p/y/deep', 'p/y/deep/a.txt=da'] },
  { text: '--exclude=x/a.txt x/*.txt /p/', layer: ['p'] },
  // an owner and an octal mode are for all that is brought along
  { text: '--chmod=750 x/./y/a.txt /p/', layer: ['p 750', 'p/y 750', 'p/y/a.txt 750=ya'] },
  { text: '--link x/./y/a.txt /p/', layer: ['p', 'p/y 700', 'p/y/a.txt=ya'] },
  { text: 'x/./nope /p/', layer: 'SOURCE_MISSING' },
  { text: 'nope/./x /p/', layer: 'SOURCE_MISSING' },
  { text: 'x/./nope* /p/', layer: ['p'] },
];

for (const { text, layer } of parentsText) {
  test(`COPY --parents ${text}`, async () => {
    const { op, inputCount } = await copyOf(`FROM scratch AS all\nADD a.tar /\nFROM scratch\nCOPY --from=all --parents ${text}\n`);
    const inputs = Array.from({ length: inputCount }, (_, index) => (index === (op.link ? 0 : 1) ? relative : undefined));
    const plan = planCopy({ ...op, keepOwner: false }, inputs, undefined, testPorts);
    if (typeof layer === 'string') return assert.rejects(plan, { code: layer });
    // the usual modes are left out
    const lines = linesOf(await plan).map((line) => line.replace(/^(?:dir 755|file 644) 0:0 /, '').replace(/^\w+ (\d+) 0:0 ([^=]*)/, '$2 $1'));
    return assert.deepEqual(lines.toSorted(), layer.toSorted());
  });
}

/** The last copy of a Dockerfile that needs no image. */
async function copyOf(text: string): Promise<{ op: CopyOp; inputCount: number }> {
  const platform = { os: 'linux', architecture: 'amd64' };
  const none = (): Promise<never> => Promise.reject(new Error('nothing is asked for'));
  const frontend = dockerfileFrontend(parseDockerfile(text, { file: 'Dockerfile' }));
  const { vertices } = await frontend.graph({ platform, buildPlatform: platform }, { resolveImageConfig: none, resolveNamedContext: none });
  const vertex = vertices.findLast(({ op }) => op.kind === 'copy');
  assert.ok(vertex?.op.kind === 'copy');
  return { op: vertex.op, inputCount: vertex.inputs.length };
}

test('ADD has no --parents', () => assert.rejects(copyOf('FROM scratch\nADD --parents a /p/\n'), { code: 'UNKNOWN_FLAG' }));

test('planCopy: the same name from two sources is the last one, also where the first has links', async () => {
  const tree = treeOf('one/x=1', 'one/y => one/x', 'two/x=2');
  const entries = await planCopy(copyOp(['/one', '/two'], '/d/'), [undefined, tree], undefined, testPorts);
  assert.deepEqual(linesOf(entries), ['dir 755 0:0 d', 'file 644 0:0 d/x=2', 'file 644 0:0 d/y=1']);
});

test('planCopy: suggests the nearest name for a missing path', async () => {
  const plan = planCopy(copyOp(['/dir/sub/x4'], '/'), [base, context], base, testPorts);
  await assert.rejects(plan, (error: { hint?: string }) => error.hint === 'Did you mean "dir/sub/x3"?');
  const twice = planCopy(copyOp(['/dri/sub/x4'], '/'), [base, context], base, testPorts);
  await assert.rejects(twice, (error: { hint?: string }) => error.hint === 'Did you mean "dir/sub/x3"?');
  const nowhere = planCopy(copyOp(['/dri/other/main'], '/'), [base, context], base, testPorts);
  await assert.rejects(nowhere, (error: { hint?: string }) => error.hint?.startsWith('Paths of COPY') === true);
});

test('planCopy: a folder takes the time of the one that is copied onto it, and the root gets no entry', async () => {
  const plan = (destination: string) => planCopy(copyOp(['/dir/sub'], destination), [base, context], base, testPorts);
  const times = (await plan('/new/er')).map(({ path, mtimeSec }) => [path, mtimeSec]);
  assert.deepEqual(times, [
    ['new', 1_700_000_000],
    ['new/er', 1],
    ['new/er/x3', 1],
  ]);
  assert.deepEqual(
    (await plan('/')).map(({ path }) => path),
    ['x3'],
  );
});
