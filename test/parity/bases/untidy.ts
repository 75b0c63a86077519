import type { WrittenMember } from '../../harness/tar-writer.ts';

/** A layer of a base: members of a tar, or the layer with busybox and snap. */
export type BaseLayer = 'tools' | readonly WrittenMember[];

const old = 1_000_000_000;

/** Folder, file, symlink and hard link in short. */
type More = Partial<WrittenMember>;
const dir = (name: string, more: More = {}): WrittenMember => ({ name: `${name}/`, type: '5', mtime: old, ...more });
const file = (name: string, content: string, more: More = {}): WrittenMember => ({ name, content, mode: 0o644, mtime: old, ...more });
const link = (name: string, to: string, more: More = {}): WrittenMember => ({ name, type: '2', link: to, mode: 0o777, mtime: old, ...more });
const hard = (name: string, to: string, more: More = {}): WrittenMember => ({ name, type: '1', link: to, mode: 0o644, mtime: old, ...more });

const accounts = [
  file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\napp:x:1000:1001:app:/home/app:/bin/sh\n'),
  file('etc/group', 'root:x:0:\nwheel:x:10:root,app\nnogroup:x:65534:\napp:x:1001:\nextra:x:77:app,nobody\n'),
];

const tidy = [
  dir('etc'),
  ...accounts,
  ...['dev', 'proc', 'sys', 'run', 'home', 'opt', 'var'].map((name) => dir(name)),
  dir('home/app', { mode: 0o750, owner: [1000, 1001] }),
  dir('root', { mode: 0o700 }),
  dir('tmp', { mode: 0o1777 }),
  dir('var/tmp', { mode: 0o1777 }),
];

const withFile = (name: string, more: More = {}) => [dir(name, more), file(`${name}/below`, `below ${name}\n`)];

/** Folders as they are found in the wild: what goes into them must leave them as they are. */
const oddFolders = [
  dir('odd'),
  ...withFile('odd/sticky', { mode: 0o1777 }),
  ...withFile('odd/setgid', { mode: 0o2775, owner: [0, 50] }),
  ...withFile('odd/private', { mode: 0o700, owner: [1000, 1001] }),
  ...withFile('odd/none', { mode: 0 }),
  ...withFile('odd/owned', { owner: [7, 8] }),
  ...withFile('odd/xattr', { xattrs: { 'user.note': 'some value' } }),
  ...withFile('odd/ancient', { mtime: 1 }),
  ...withFile('odd/deep'),
  dir('odd/deep/a', { mode: 0o2770, owner: [3, 4] }),
  dir('odd/deep/a/b', { mode: 0o711, owner: [5, 6] }),
  link('odd/link', 'sticky', { owner: [9, 9] }),
  link('odd/absolute', '/odd/setgid'),
  link('odd/up', '../tmp'),
  link('odd/dangling', 'nowhere'),
  dir('odd/empty', { mode: 0o3751, owner: [11, 12], xattrs: { 'user.note': 'other' } }),
];

/** Base images that a tidy builder does not expect; each is `untidy/NAME` and holds busybox and snap. */
export const untidyBases = {
  tidy: ['tools', tidy],
  odd: ['tools', [...tidy, ...oddFolders]],
  bare: ['tools'],
  'no-dev': ['tools', [dir('etc'), ...accounts, dir('tmp', { mode: 0o1777 })]],
  'no-tmp': ['tools', [dir('etc'), ...accounts, dir('dev'), dir('proc'), dir('sys')]],
  'no-accounts': ['tools', tidy.filter((member) => !accounts.includes(member))],
  'one-layer-twice': ['tools', tidy, tidy],
  'layers-again': ['tools', tidy, [file('a', 'a\n'), dir('tmp', { mode: 0o755 })], [file('b', 'b\n')], [file('a', 'a\n'), dir('tmp', { mode: 0o755 })], tidy],
  'added-removed-added': ['tools', tidy, [dir('d'), file('d/f', 'f\n')], [file('d/.wh.f', '')], [dir('d'), file('d/f', 'f\n')], [file('.wh.d', '')]],
  'foreign-owners': [
    'tools',
    [
      ...tidy.map((member) => ({ ...member, owner: [1234, 2345] as const })),
      dir('srv', { owner: [65534, 65534], mode: 0o2755 }),
      file('srv/f', 'f\n', { owner: [60000, 60001], mode: 0o4755 }),
    ],
  ],
  'hard-links': [
    'tools',
    [
      ...tidy,
      dir('h'),
      file('h/one', 'linked\n', { owner: [3, 4] }),
      hard('h/two', 'h/one', { owner: [3, 4] }),
      hard('three', 'h/one', { owner: [3, 4] }),
      file('h/alone', 'alone\n'),
    ],
    [file('.wh.three', '')],
  ],
  'hard-links-of-others': ['tools', [...tidy, file('one', 'linked\n', { owner: [3, 4], mode: 0o600 }), hard('two', 'one', { owner: [5, 6], mode: 0o4755 })]],
  'opaque-folders': [
    'tools',
    tidy,
    [...withFile('o/p'), ...withFile('o/q', { mode: 0o1777 }), ...withFile('o/r')],
    [dir('o'), dir('o/p', { owner: [5, 5] }), file('o/p/.wh..wh..opq', ''), file('o/p/new', 'new\n'), file('o/q/.wh..wh..opq', '')],
    [dir('o/r'), file('o/r/.wh.below', ''), file('o/.wh.nothing', ''), file('.wh.absent', '')],
  ],
  'removed-and-new': ['tools', tidy, [...withFile('w/x'), ...withFile('w/y')], [file('.wh.w', ''), dir('w', { mode: 0o700 }), file('w/new', 'new\n')]],
  'many-layers': ['tools', tidy, ...Array.from({ length: 100 }, (_, i) => [file(`layer-${i % 60}`, `of ${i}\n`), dir('tmp', { mode: 0o1777 })])],
  'implied-parents': ['tools', [...accounts, file('a/b/c/file', 'deep\n'), file('tmp/x/file', 'in tmp\n'), link('l/m/n', '../../a')]],
  'odd-root': ['tools', [{ name: './', type: '5', mode: 0o711, owner: [5, 6], mtime: old }, ...tidy]],
  'closed-root': ['tools', [{ name: './', type: '5', mode: 0o700, mtime: old }, ...tidy]],
  'sticky-root': ['tools', tidy, [{ name: '/', type: '5', mode: 0o1777, mtime: old, xattrs: { 'user.root': 'yes' } }]],
  'linked-folders': [
    'tools',
    [
      ...['dev', 'proc', 'sys', 'usr', 'usr/etc', 'usr/tmp', 'run', 'var', 'var/spool'].map((name) => dir(name, name === 'usr/tmp' ? { mode: 0o1777 } : {})),
      ...accounts.map((member) => ({ ...member, name: `usr/${member.name}` })),
      link('tmp', 'usr/tmp'),
      link('etc', 'usr/etc'),
      link('var/run', '/run'),
      link('home', 'var/../usr/home'),
    ],
  ],
  'linked-accounts': [
    'tools',
    [
      ...tidy.filter((member) => !accounts.includes(member)),
      ...accounts.map((member) => ({ ...member, name: member.name.replace('etc/', 'opt/') })),
      link('etc/passwd', '../opt/passwd'),
      link('etc/group', '/opt/group'),
      link('etc/hosts', '/opt/hosts'),
      link('etc/resolv.conf', '../run/resolv.conf'),
    ],
  ],
  'full-mount-points': [
    'tools',
    [
      ...tidy,
      file('dev/own', 'own\n'),
      file('proc/own', 'own\n'),
      file('sys/own', 'own\n'),
      dir('dev/shm', { mode: 0o700 }),
      file('etc/hosts', 'own\n', { mode: 0o600 }),
    ],
  ],
  'odd-mount-points': [
    'tools',
    [...tidy, dir('dev', { mode: 0o700, owner: [1, 2] }), dir('proc', { mode: 0o711 }), dir('sys', { mode: 0o1777, owner: [3, 4] })],
  ],
  'changed-types': [
    'tools',
    [...tidy, ...withFile('t/dir'), file('t/file', 'file\n'), link('t/link', 'dir'), { name: 't/fifo', type: '6', mode: 0o600 }],
    [
      file('t/dir', 'now a file\n'),
      dir('t/file', { mode: 0o750 }),
      file('t/file/in', 'in\n'),
      dir('t/link'),
      file('t/link/in', 'in\n'),
      link('t/fifo', 'file'),
    ],
    [link('t/dir', 'file'), file('t/link', 'now a file\n')],
  ],
  'names-twice': ['tools', [...tidy, file('n', 'first\n'), file('./n', 'second\n', { mode: 0o600 }), dir('m'), file('m/a', 'a\n'), dir('m', { mode: 0o700 })]],
  'leading-slashes': ['tools', [...tidy, dir('/s'), file('/s/f', 'f\n'), file('./s/g', 'g\n'), file('//s//h', 'h\n'), hard('s/i', '/s/f')]],
  xattrs: [
    'tools',
    [
      ...tidy,
      file('x', 'x\n', { xattrs: { 'user.a': '1', 'user.b': 'two words' } }),
      file('able', 'x\n', {
        mode: 0o755,
        xattrs: { 'security.capability': '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00' },
      }),
      dir('xd', { xattrs: { 'user.a': 'of a folder' } }),
    ],
  ],
} satisfies Readonly<Record<string, readonly BaseLayer[]>>;

export type BaseName = keyof typeof untidyBases;
