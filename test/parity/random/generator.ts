import { untidy, untidyBases } from '../bases/index.ts';
import type { BaseName } from '../bases/index.ts';
import type { FixtureEntry } from '../../harness/fixture.ts';
import { dice } from './dice.ts';
import type { Dice } from './dice.ts';
import type { Program, Stage } from './program.ts';

const folders = [
  '/a',
  '/a/b',
  '/tmp',
  '/tmp/t',
  '/etc',
  '/srv',
  '/odd/sticky',
  '/odd/setgid',
  '/odd/private',
  '/odd/deep/a',
  '/odd/empty',
  '/odd/link',
  '/h',
  '/var/run/r',
  '/',
];
/** Of files, which BuildKit refuses to put in the place of folders. */
const names = ['f', 'g', 'h', 'below', 'one', 'n'];
const sources = ['f', 'g', 'x.sh', 'd', 'd/', 'd/e', 'hard', 'links', 'l', 'f g', 'd/* f', '*.sh', '.'];
const users = ['0:0', '1000', '1000:77', '0:1001', '4321:4321', '65534:65534'];
/** Of stages and images, where a step may have removed them: a pattern that nothing matches is no error. */
const copied = ['/[a]', '/tm[p]', '/et[c]', '/sr[v]', '/od[d]', '/[h]', '/va[r]', '/ne[w]', '/[a] /tm[p]', '/et[c] /ne[w]'];
const modes = ['600', '644', '755', '4755', '1777', '2750', '000', '711'];
/** With the time of day: without it, busybox takes that of the moment. */
const dates = ['200102030405.06', '199912312359.59', '201111111111.11'];

/** Seeds in a row that share a context, so that their Dockerfiles can be stages of one. */
const perContext = 10;

/** A Dockerfile of some stages over a small context: which BuildKit builds, as a rule. */
export function generateProgram(seed: number): Program {
  const random = dice(seed);
  const stages: Stage[] = [];
  for (let i = 1 + random.below(3); i > 0; i--) stages.push(generateStage(random, stages.length, seed));
  return { name: `random/seed-${seed}`, stages, context: generateContext(dice(Math.ceil(seed / perContext))) };
}

function generateStage(random: Dice, nth: number, seed: number): Stage {
  const instructions: string[] = [];
  let snaps = 0;
  for (let i = 3 + random.below(7); i > 0; i--) {
    if (instructions.length > 0 && random.chance(20)) instructions.push(random.pick(instructions));
    else instructions.push(generateInstruction(random, nth, `${nth}-${++snaps}`, `${seed}-${nth}`));
  }
  return { from: generateBase(random, nth), instructions: [...instructions, `RUN snap ${nth}-end; true`] };
}

function generateBase(random: Dice, nth: number): string {
  if (nth > 0 && random.chance(35)) return `@${random.below(nth)}`;
  if (random.chance(45)) return untidy('odd');
  // Layers by the hundred, odd root folders, and bases whose accounts BuildKit misses have cases of their own.
  const names = (Object.keys(untidyBases) as BaseName[]).filter(
    (name) => !['many-layers', 'closed-root', 'odd-root', 'sticky-root', 'bare', 'no-accounts'].includes(name),
  );
  return untidy(random.pick(names));
}

function generateInstruction(random: Dice, nth: number, snap: string, id: string): string {
  const kind = random.below(100);
  if (kind < 38) return `RUN ${generateMounts(random, nth, id)}snap ${snap}; ${generateCommand(random)} || true`;
  if (kind < 58) return `COPY ${generateCopyFlags(random)}${random.pick(sources)} ${generateTarget(random)}`;
  if (kind < 68 && nth > 0) return `COPY ${generateCopyFlags(random)}--from=@${random.below(nth)} ${random.pick(copied)} ${generateTarget(random)}`;
  if (kind < 72)
    return `COPY --from=${untidy(random.pick(['hard-links', 'odd', 'foreign-owners', 'xattrs']))} ${random.pick([...copied, '/'])} ${generateTarget(random)}`;
  if (kind < 77) return `COPY ${generateCopyFlags(random)}<<one <<two ${generateTarget(random)}\n1\none\n2\ntwo`;
  if (kind < 81) return `ADD ${generateCopyFlags(random)}${random.pick(['t.tar', 't.tar f', 'f', 'd'])} ${generateTarget(random)}`;
  if (kind < 88) return `WORKDIR ${random.pick([...folders, 'w', 'a/b', '../x', '/new/er'])}`;
  if (kind < 93) return `USER ${random.pick(users)}`;
  return random.pick([
    'ENV A=1 B="two words"',
    'ENV PATH=/bin:/a',
    'LABEL a=b c="d e"',
    'ARG X=1',
    'EXPOSE 80',
    'VOLUME /tmp/t',
    'CMD ["a"]',
    'SHELL ["/bin/sh", "-uc"]',
    'ENTRYPOINT x',
    'STOPSIGNAL 9',
  ]);
}

function generateCopyFlags(random: Dice): string {
  const chown = random.chance(25) ? `--chown=${random.pick(['5:6', '1000', '0:77', '21:22'])} ` : '';
  const chmod = random.chance(20) ? `--chmod=${random.pick(['600', '0755', '4711', '0700'])} ` : '';
  return `${chown}${chmod}${random.chance(12) ? '--link ' : ''}`;
}

function generateTarget(random: Dice): string {
  return random.pick([
    `${random.pick(folders)}/`.replace('//', '/'),
    `${random.pick(folders)}/`.replace('//', '/'),
    './',
    `/new/${random.pick(['p', 'q', 'r'])}/`,
  ]);
}

function generateMounts(random: Dice, nth: number, id: string): string {
  if (random.chance(65)) return '';
  const target = random.pick(['/m', '/a/m', '/tmp/m', '/odd/private', '/m/n']);
  const owner = `${random.pick(['', ',uid=1000'])}${random.pick(['', ',gid=77'])}${random.pick(['', ',mode=0700', ',mode=0644'])}`;
  return random.pick([
    `--mount=type=cache,id=${id}-${random.below(2)},target=${target}${owner} `,
    `--mount=type=cache,id=${id},target=${target},sharing=${random.pick(['shared', 'private', 'locked'])} `,
    `--mount=type=tmpfs,target=${target === '/odd/private' ? '/m' : target} `,
    `--mount=type=bind,target=${target}${random.pick(['', ',rw', ',source=d'])} `,
    `--mount=type=secret,id=s,target=/run/s${owner} `,
    nth === 0 ? '--network=none ' : `--mount=type=bind,from=@${random.below(nth)},target=${target}${random.pick(['', ',rw', ',source=/bin'])} `,
  ]);
}

/** Busybox on paths that may or may not be there. */
function generateCommand(random: Dice): string {
  const path = () => `${random.pick(folders)}/${random.pick(names)}`.replace('//', '/');
  const folder = () => random.pick(folders.slice(0, -1));
  const commands: readonly (() => string)[] = [
    () => 'true',
    () => `echo ${random.below(3)} >${path()}`,
    () => `echo more >>${path()}`,
    () => `rm -rf ${path()}`,
    () => `rm -rf ${folder()}`,
    () => `rm -rf ${folder()}/*`,
    () => `mkdir -p -m ${random.pick(modes)} ${folder()}/${random.pick(['k', 'k/l'])}`,
    () => `ln -f ${path()} ${path()}`,
    () => `ln -sf ${random.pick(['f', '../tmp', '/srv', 'nowhere'])} ${path()}`,
    () => `mv ${path()} ${path()}`,
    () => `mv ${folder()} /moved`,
    () => `cp -a ${folder()} /copied`,
    () => `chmod ${random.pick(modes)} ${random.chance(50) ? path() : folder()}`,
    () => `chown -h ${random.pick(['5:6', '1000:77', '0:0'])} ${random.chance(50) ? path() : folder()}`,
    () => `touch -t ${random.pick(dates)} ${random.chance(50) ? path() : folder()}`,
    () => `mkfifo ${path()}`,
    () => {
      const again = folder();
      return `rm -rf ${again} && mkdir -m ${random.pick(modes)} ${again} && echo new >${again}/new`;
    },
    () => {
      const again = `${folder()}/k`;
      return `rm -rf ${again} && mkdir ${again} && touch ${again}/in`;
    },
  ];
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(commands)()).join('; ');
}

function generateContext(random: Dice): Record<string, FixtureEntry> {
  const mode = () => random.pick(['644', '755', '600', '4755', '640']);
  const context: Record<string, FixtureEntry> = {
    secret: { text: 'word\n' },
    f: { text: `f${random.below(3)}\n`, mode: mode() },
    g: { text: 'g\n', mode: mode(), mtime: 1_000_000_000 + random.below(1_000_000) },
    'x.sh': { text: '#!/bin/sh\n', mode: '755' },
    'd/': { mode: random.pick(['755', '700', '1777', '2755']) },
    'd/e/': { mode: random.pick(['755', '711']) },
    'd/e/f': { text: 'deep\n', mode: mode() },
    'd/one': { text: 'one\n' },
    'hard/': {},
    'hard/a': { text: 'hard\n', mode: mode() },
    'hard/b': { hard: 'hard/a' },
    'links/': {},
    'links/up': { link: '../f' },
    'links/dangling': { link: 'nowhere' },
    'links/folder': { link: '../d' },
    l: { link: random.pick(['f', 'd']) },
    't.tar': {
      archive: {
        compression: random.pick(['', 'gzip']),
        entries: { 'packed/': { mode: random.pick(['700', '2775']), owner: [7, 8] }, 'packed/n': { text: 'n\n', owner: [7, 8] }, f: 'archived\n' },
      },
    },
  };
  if (random.chance(20)) context['.dockerignore'] = { text: random.pick(['d/e/f\n', 'd/*\n!d/e\n!d/one\n', 'hard/b\n', 'links/*\n!links/up\n']) };
  return context;
}
