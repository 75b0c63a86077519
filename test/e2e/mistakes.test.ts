import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeFixture } from '../harness/fixture.ts';
import type { Fixture } from '../harness/fixture.ts';
import { people } from '../harness/person.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

/** What users get wrong: the exit code, and what the message has to mention, next steps included. `%` stands for the folder of the context. */
interface Mistake {
  readonly dockerfile?: string;
  readonly context?: Fixture;
  readonly flags?: readonly string[];
  /** Instead of the folder. */
  readonly argument?: string;
  readonly exitCode: 1 | 2 | 75;
  /** Tried as an ordinary user too. Default false. */
  readonly both?: true;
  readonly mentions: readonly RegExp[];
}

const scratch = 'FROM scratch\nCOPY a /\n';

const mistakes: Readonly<Record<string, Mistake>> = {
  'a misspelt target': {
    both: true,
    dockerfile: 'FROM scratch AS build\n',
    flags: ['--target', 'biuld'],
    exitCode: 1,
    mentions: [/Cannot build target "biuld"/, /Did you mean build\?/],
  },
  'a network that is none': { flags: ['--network', 'bridge'], exitCode: 2, mentions: [/Cannot use --network "bridge"/] },
  'a tag in upper case': { flags: ['-t', 'App:1'], exitCode: 2, mentions: [/Cannot use --tag "App:1"/] },
  'a name of an output in upper case': { flags: ['-o', 'type=image,name=APP'], exitCode: 2, mentions: [/Cannot use --output name "APP"/] },
  'a context that is not there': { argument: '/no/such/folder', exitCode: 2, mentions: [/\/no\/such\/folder/, /no such folder/] },
  'no context': { argument: '', exitCode: 2, mentions: [/the context is missing/, /ossb build \./] },
  'a Dockerfile that is a folder': { both: true, context: { 'Dockerfile/x': '' }, exitCode: 1, mentions: [/Cannot read the Dockerfile/, /folder/] },
  'a -f that is not there': { flags: ['-f', 'Dockerfil'], exitCode: 1, mentions: [/there is no Dockerfil/, /without -f/] },
  'an unknown flag': { both: true, flags: ['--taget', 'x'], exitCode: 2, mentions: [/--taget/, /--target/] },
  'a flag of kaniko': { flags: ['--destination', 'app:1'], exitCode: 2, mentions: [/--destination/, /-t|--tag/, /--push/] },
  'a flag of buildah': { flags: ['--layers'], exitCode: 2, mentions: [/--layers/] },
  'an unknown instruction': { dockerfile: 'FROM scratch\nRNU x\n', exitCode: 1, mentions: [/RNU/, />>> RNU x/] },
  'an ARG without a value in FROM': { dockerfile: 'ARG BASE\nFROM $BASE\n', exitCode: 1, mentions: [/FROM/, /BASE/] },
  'an ARG with a blank in its name': { dockerfile: 'ARG a b\nFROM scratch\nARG =x\n', exitCode: 1, mentions: [/ARG/, />>> ARG =x/] },
  'COPY of what is ignored': { context: { a: 'a', '.dockerignore': 'a\n' }, exitCode: 1, mentions: [/Cannot copy a: |a/, /dockerignore/, />>> COPY a/] },
  'COPY from an unknown stage': {
    dockerfile: 'FROM scratch AS build\nFROM scratch\nCOPY --from=biuld /a /\n',
    exitCode: 1,
    mentions: [/biuld/, /Did you mean the stage build\?/],
  },
  'a mode that is none': { dockerfile: 'FROM scratch\nCOPY --chmod=rwx a /\n', exitCode: 1, mentions: [/rwx/, />>> COPY/] },
  'a user that is not there': { both: true, dockerfile: 'FROM busybox\nUSER nosuch\nRUN true\n', exitCode: 1, mentions: [/nosuch/, /passwd/, />>> RUN/] },
  'a shell that is not there': { dockerfile: 'FROM busybox\nSHELL ["/bin/bash", "-c"]\nRUN true\n', exitCode: 1, mentions: [/\/bin\/bash/, />>> RUN true/] },
  'a command that is not there': {
    both: true,
    dockerfile: 'FROM busybox\nRUN nosuch\n',
    exitCode: 1,
    mentions: [/exit code:? 127/, /nosuch: not found/, />>> RUN nosuch/],
  },
  'a step that is killed': { both: true, dockerfile: 'FROM busybox\nRUN exit 137\n', exitCode: 1, mentions: [/137/, /memory/, />>> RUN exit/] },
  'a HEALTHCHECK that is none': { dockerfile: 'FROM scratch\nHEALTHCHECK --interval=soon CMD x\n', exitCode: 1, mentions: [/soon/, />>> HEALTHCHECK/] },
  'a secret whose file is not there': { flags: ['--secret', 'id=a,src=/no/such'], exitCode: 1, mentions: [/secret/, /\/no\/such/] },
  'a store in a file': { both: true, context: { a: 'a', file: '' }, flags: ['--root', '%/file/store'], exitCode: 1, mentions: [/file\/store/] },
  'an output into a file': {
    context: { a: 'a', file: '' },
    flags: ['-o', 'type=oci,dest=%/file/x.tar'],
    exitCode: 1,
    mentions: [/Cannot write .*\/file: it is no folder/],
  },
  'a result file in a folder that is not there': {
    flags: ['--iidfile', '%/no/id'],
    exitCode: 1,
    mentions: [/Cannot write .*\/no\/id: its folder does not exist/],
  },
  'a build argument without a name': { flags: ['--build-arg', '=x'], exitCode: 2, mentions: [/--build-arg/, /NAME=VALUE/] },
  'a push without a name': { flags: ['--push'], exitCode: 2, mentions: [/the image has no name/, /-t/] },
  'an empty FROM': { dockerfile: 'FROM\n', exitCode: 1, mentions: [/FROM/] },
  'a base in upper case': { dockerfile: 'FROM Busybox\n', exitCode: 1, mentions: [/lower case/, />>> FROM Busybox/] },
  'a URL that nothing answers': { dockerfile: 'FROM scratch\nADD http://user:hidden@127.0.0.1:1/x /\n', exitCode: 75, mentions: [/127\.0\.0\.1:1/] },
};

for (const name of people()) {
  describe(`mistakes as ${name}`, { skip: toolsMissing() ?? false }, () => {
    let scene: Scene;
    let count = 0;
    before(async () => {
      scene = await openScene(name);
    });
    after(() => scene.close());

    for (const [what, mistake] of Object.entries(mistakes)) {
      if (name !== 'root' && mistake.both !== true) continue;
      test(what, async () => {
        const folder = join(scene.person.folder, `mistake-${++count}`);
        makeFixture(folder, {
          ...(mistake.context?.['Dockerfile/x'] === undefined && { Dockerfile: mistake.dockerfile ?? scratch }),
          a: 'a',
          ...mistake.context,
        });
        scene.person.own(folder);
        const here = (text: string): string => text.replaceAll('%', folder);
        const argument = mistake.argument === '' ? [] : [mistake.argument ?? folder];
        const { exitCode, stderr } = await scene.build(['--progress', 'plain', ...(mistake.flags ?? []).map(here), ...argument]);
        assert.equal(exitCode, mistake.exitCode, stderr);
        for (const mention of mistake.mentions) assert.match(stderr, mention);
        assert.doesNotMatch(stderr, /fault of ossb itself|^ +at .*:\d+:\d+\)?$|hidden/m);
        const shown = stderr.split('\n').filter((line) => /^(ERROR|Hint): /.test(line));
        assert.equal(new Set(shown).size, shown.length, `said twice:\n${stderr}`);
      });
    }
  });
}
