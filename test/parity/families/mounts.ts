import { untidy } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase, pairs } from './family.ts';

const base = untidy('odd');

/** Every combination of the three, the empty one too. */
const owners = pairs(['', ',uid=1000'], pairs(['', ',gid=77'], ['', ',mode=0700'])).map(([uid, [gid, mode]]) => `${uid}${gid}${mode}`);

const users: Readonly<Record<string, readonly string[]>> = { root: [], app: ['USER app'] };

/** Cache and secret mounts with uid, gid and mode in all combinations, twice in a build and over two builds. */
function ownedMounts(): Case[] {
  return pairs(Object.keys(users), owners).flatMap(([user, owner]) => {
    const suffix = `${user}${owner.replaceAll(/[=,]/g, '-')}`;
    const cache = (id: string) => `--mount=type=cache,id=${suffix}-${id},target=/c${owner}`;
    const write = 'id -u >>/c/by || true';
    const secret = `--mount=type=secret,id=s,target=/run/s${owner}`;
    return [
      familyCase(
        `mounts/cache-${suffix}`,
        [
          `FROM ${base}`,
          'ARG BUILD=1',
          ...users[user]!,
          `RUN ${cache('a')} snap 1; ${write}`,
          `RUN ${cache('a')} snap 2; ${write}`,
          `RUN ${cache('a').replace('/c', '/tmp/other')} snap 3`,
          `RUN ${cache('b')},sharing=private snap 4; ${write}`,
          `RUN ${cache('a')},ro snap 5; ${write}`,
          `RUN ${cache('from')},from=${untidy('tidy')},source=/home snap 6; ${write}`,
          'RUN snap 7',
        ],
        { rebuilds: [{ flags: ['--build-arg', 'BUILD=2'] }, { flags: ['--build-arg', 'BUILD=3', '--no-cache'] }] },
      ),
      familyCase(
        `mounts/secret-${suffix}`,
        [`FROM ${base}`, ...users[user]!, `RUN ${secret} snap 1`, `RUN ${secret} --mount=type=secret,id=s${owner} snap 2`, 'RUN snap 3'],
        { flags: ['--secret', 'id=s,src=$CONTEXT/hello.txt'] },
      ),
    ];
  });
}

/** Mounts that have no owner of their own: what they show, and what they leave. */
const others: Readonly<Record<string, readonly string[]>> = {
  tmpfs: ['RUN --mount=type=tmpfs,target=/t snap 1 && touch /t/f', 'RUN --mount=type=tmpfs,target=/t snap 2', 'RUN snap 3'],
  'tmpfs-over-a-folder': ['RUN --mount=type=tmpfs,target=/odd/private snap 1', 'RUN snap 2'],
  'tmpfs-size': ['RUN --mount=type=tmpfs,target=/t,size=1m snap 1; dd if=/dev/zero of=/t/f bs=1024 count=2000 2>/dev/null || echo full >/full'],
  'tmpfs-readonly': ['RUN --mount=type=tmpfs,target=/t,readonly snap 1; touch /t/f || echo refused >/refused'],
  'tmpfs-in-tmpfs': ['RUN --mount=type=tmpfs,target=/t --mount=type=tmpfs,target=/t/u/v snap 1', 'RUN snap 2'],
  'tmpfs-on-tmp': ['RUN --mount=type=tmpfs,target=/tmp snap 1 && touch /tmp/f', 'RUN snap 2'],
  'tmpfs-on-a-link': ['RUN --mount=type=tmpfs,target=/odd/link snap 1 && touch /odd/sticky/f', 'RUN snap 2'],
  bind: ['RUN --mount=target=/b snap 1; touch /b/f || echo refused >/refused', 'RUN snap 2'],
  'bind-writable': ['RUN --mount=target=/b,rw snap 1 && touch /b/f && rm /b/hello.txt', 'RUN --mount=target=/b,rw snap 2', 'RUN snap 3'],
  'bind-a-file': ['RUN --mount=source=hello.txt,target=/x/y/z snap 1', 'RUN snap 2'],
  'bind-over-a-file': ['RUN --mount=source=hello.txt,target=/odd/owned/below snap 1', 'RUN snap 2'],
  'bind-over-a-folder': ['RUN --mount=source=dir,target=/odd/private snap 1', 'RUN snap 2'],
  'bind-from-a-base': [
    `RUN --mount=from=${untidy('foreign-owners')},target=/b snap 1`,
    `RUN --mount=from=${untidy('foreign-owners')},source=/srv,target=/b,rw snap 2 && rm /b/f`,
  ],
  'bind-from-hard-links': [`RUN --mount=from=${untidy('hard-links')},target=/b snap 1`],
  'bind-from-scratch-stage': ['RUN --mount=from=empty,target=/b snap 1'],
  'bind-in-a-cache': ['RUN --mount=type=cache,target=/c --mount=source=dir,target=/c/d snap 1', 'RUN --mount=type=cache,target=/c snap 2'],
  'cache-in-a-bind': ['RUN --mount=source=dir,target=/c,rw --mount=type=cache,target=/c/sub snap 1', 'RUN snap 2'],
  'cache-over-a-folder': ['RUN --mount=type=cache,target=/odd/private snap 1 && touch /odd/private/f', 'RUN snap 2'],
  'cache-under-a-new-folder': ['RUN --mount=type=cache,target=/x/y/z snap 1', 'RUN snap 2'],
  'cache-from-a-stage': [
    'RUN --mount=type=cache,from=filled,source=/s,target=/c snap 1 && rm -rf /c/f',
    'RUN --mount=type=cache,from=filled,source=/s,target=/c snap 2',
  ],
  'cache-from-a-link': ['RUN --mount=type=cache,from=filled,source=/l/,target=/c snap 1'],
  'cache-locked': [
    'RUN --mount=type=cache,target=/c,sharing=locked echo 1 >>/c/f && snap 1',
    'RUN --mount=type=cache,target=/c,sharing=locked echo 2 >>/c/f && snap 2',
  ],
  'secret-in-a-new-folder': ['RUN --mount=type=secret,id=s,target=/x/y/z snap 1', 'RUN snap 2'],
  'secret-in-an-odd-folder': ['RUN --mount=type=secret,id=s,target=/odd/private/s snap 1', 'RUN snap 2'],
  'secret-over-a-file': ['RUN --mount=type=secret,id=s,target=/odd/owned/below snap 1', 'RUN snap 2'],
  'secret-env': ['RUN --mount=type=secret,id=s,env=TOKEN snap 1', 'RUN --mount=type=secret,id=s,env=TOKEN,target=/s snap 2'],
  'all-at-once': [
    'RUN --mount=type=tmpfs,target=/t --mount=type=cache,target=/t/c --mount=source=dir,target=/t/d snap 1',
    'RUN --mount=source=dir,target=/t/d --mount=type=cache,target=/t/c --mount=type=tmpfs,target=/t snap 2',
    'RUN snap 3',
  ],
  'network-none': ['RUN --network=none snap 1', 'RUN --network=host snap 2'],
  'in-a-workdir': ['WORKDIR /odd/owned', 'RUN --mount=type=cache,target=c --mount=target=b snap 1', 'RUN snap 2'],
};

export function mounts(): Case[] {
  const stages = ['FROM scratch AS empty', `FROM ${base} AS filled`, 'RUN mkdir -m 2750 /s && chown 5:6 /s && echo f >/s/f && ln -s s /l'];
  return [
    ...ownedMounts(),
    ...Object.entries(others).map(([name, lines]) =>
      familyCase(`mounts/${name}`, [...(/from=(empty|filled)/.test(lines.join(' ')) ? stages : []), `FROM ${base}`, `ARG CASE=${name}`, ...lines], {
        flags: ['--secret', 'id=s,src=$CONTEXT/hello.txt'],
      }),
    ),
  ];
}
