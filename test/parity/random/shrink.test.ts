import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untidy } from '../bases/index.ts';
import { generateProgram } from './generator.ts';
import { formatProgram } from './program.ts';
import type { Program } from './program.ts';
import { shrink } from './shrink.ts';

const program: Program = {
  name: 'random/fake',
  stages: [
    {
      from: untidy('odd'),
      instructions: ['RUN snap 0-1; echo 1 >/a/f; rm -rf /tmp || true', 'USER 1000', 'COPY --chown=5:6 --chmod=600 d f /a/', 'RUN snap 0-end; true'],
    },
    { from: untidy('xattrs'), instructions: ['ENV A=1', 'RUN snap 1-end; true'] },
    {
      from: '@0',
      instructions: ['COPY --from=@1 /[a] /b/', 'RUN --mount=type=cache,id=1,target=/m,uid=1000 snap 2-1; rm -rf /a || true', 'RUN snap 2-end; true'],
    },
  ],
  context: { secret: { text: 'word\n' }, f: { text: 'f\n', mode: '4755' }, 'd/': { mode: '700' }, 'd/e': { text: 'e\n' } },
};

/** What is left of a program that differs where its text and context say so, and how many programs were tried. */
async function shrunk(from: Program, differs: (text: string, context: Program['context']) => boolean) {
  let tries = 0;
  const smallest = await shrink(from, async (smaller) => {
    tries++;
    return differs(formatProgram(smaller), smaller.context);
  });
  return { text: formatProgram(smallest), context: smallest.context, tries };
}

test('shrink: one flag of one copy is left, and the file that it copies', async () => {
  const { text, context } = await shrunk(program, (one, files) => /COPY .*--chmod=600 .*\bf /.test(one) && 'f' in files);
  assert.equal(text, `FROM ${untidy('tidy')} AS s0\nCOPY --chmod=600 f /a/\n`);
  assert.deepEqual(context, { secret: { text: 'word\n' }, f: { text: 'f\n' } });
});

test('shrink: one command is left, on the base that it needs, in the stage that was built on another', async () => {
  const { text } = await shrunk(program, (one) => one.includes(`FROM ${untidy('odd')}`) && /target=\/m[^\n]*; rm -rf \/a/.test(one));
  assert.equal(text, `FROM ${untidy('odd')} AS s0\nRUN --mount=type=cache,target=/m snap 2-1; rm -rf /a || true\n`);
});

test('shrink: a stage stays that another one copies from', async () => {
  const { text } = await shrunk(program, (one) => /^COPY --from=s\d \/\[a\] \/b\/$/m.test(one));
  assert.equal(text, `FROM ${untidy('tidy')} AS s0\nFROM ${untidy('tidy')} AS s1\nCOPY --from=s0 /[a] /b/\n`);
});

test('shrink: ends where nothing can be left out, and tries no program twice', async () => {
  const texts = new Set<string>();
  let tries = 0;
  const smallest = await shrink(program, async (smaller) => {
    tries++;
    texts.add(formatProgram(smaller) + JSON.stringify(smaller.context));
    return false;
  });
  assert.equal(smallest, program);
  assert.equal(texts.size, tries);
});

test('shrink: of made programs too, whatever differs in them', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const made = generateProgram(seed);
    const all = made.stages.flatMap(({ instructions }) => instructions);
    const wanted = all[seed % all.length]!.split(/[ ;]/)[0]!;
    const { text } = await shrunk(made, (one) => one.includes(`\n${wanted}`));
    assert.ok(text.split('\n').filter((line) => /^[A-Z]+ /.test(line)).length <= 2, text);
  }
});
