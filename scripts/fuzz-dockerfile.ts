/**
 * Feeds made-up input to the Dockerfile parser, the expansion, the checks and the ignore rules: nothing but a DockerfileError may come out, nothing
 * may take long, and what parses must print to the same meaning. usage: fuzz-dockerfile.ts [MINUTES] [SEED]
 */
import { BuildErrors } from '../src/core/errors.ts';
import {
  DockerfileError,
  checkDockerfile,
  expandHeredoc,
  expandWord,
  expandWords,
  parseChmod,
  parseDockerfile,
  parseHeredocs,
  parseIgnoreFile,
  parseMount,
  printDockerfile,
  type Dockerfile,
} from '../src/language/dockerfile/index.ts';
import { cleanGoPath as cleanPattern } from '../src/core/go/index.ts';
import { ignoreMatcher, matchPattern } from '../src/core/match/index.ts';

const minutes = Number(process.argv[2] ?? 1);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
/** Processor time that one input may take, milliseconds. */
const limitMs = 1500;

let state = seed >>> 0;

function main(): void {
  console.log(`seed ${seed}, ${minutes} minutes`);
  const end = Date.now() + minutes * 60_000;
  const counts = new Map<string, number>();
  const targets = [target('dockerfile', fuzzDockerfile), target('expansion', fuzzExpansion), target('ignore', fuzzIgnore), target('values', fuzzValues)];
  for (let round = 0; Date.now() < end; round += 1) {
    for (const { name, next } of targets) {
      const { input, run } = next(round);
      const before = process.threadCpuUsage();
      try {
        run();
      } catch (error) {
        report(name, input, error);
      }
      const { user, system } = process.threadCpuUsage(before);
      const tookMs = (user + system) / 1000;
      if (tookMs > limitMs) report(name, input, new Error(`took ${Math.round(tookMs)} ms`));
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  console.log([...counts].map(([name, count]) => `${name}: ${count} inputs`).join('\n'));
}

function report(name: string, input: unknown, error: unknown): never {
  console.error(`${name} failed with seed ${seed}\n${JSON.stringify(input)}\n`, error);
  process.exit(1);
}

function target<T>(name: string, { make, run }: Target<T>): { name: string; next: (round: number) => { input: unknown; run: () => void } } {
  return {
    name,
    next: (round) => {
      const input = make(round);
      return { input, run: () => run(input) };
    },
  };
}

interface Target<T> {
  readonly make: (round: number) => T;
  readonly run: (input: T) => void;
}

const fuzzDockerfile: Target<string> = {
  make: (round) => (round % 50 === 0 ? repeated(dockerfileTokens) : mixed(dockerfileTokens, 40)),
  run(text) {
    let ast: Dockerfile;
    try {
      ast = parseDockerfile(text, { file: 'Dockerfile' });
    } catch (error) {
      if (error instanceof DockerfileError || error instanceof BuildErrors) return;
      throw error;
    }
    expected(() => checkDockerfile(ast, { ignorePatterns: ['a', '**/b'] }));
    const printed = printDockerfile(ast);
    if (meaning(parseDockerfile(printed, { file: 'Dockerfile' })) !== meaning(ast)) throw new Error(`printed to something else: ${JSON.stringify(printed)}`);
  },
};

const fuzzExpansion: Target<{ word: string; values: Readonly<Record<string, string>>; escape: '\\' | '`' }> = {
  make: (round) => ({
    word: round % 50 === 0 ? repeated(expansionTokens) : mixed(expansionTokens, 20),
    values: { a: mixed(expansionTokens, 6), b: random(20) === 0 ? 'ab'.repeat(random(1000)) : 'b.c/d', e: '' },
    escape: pick(['\\', '`'] as const),
  }),
  run({ word, values, escape }) {
    const options = { escape, lookup: (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined) };
    expected(() => expandWord(word, options));
    expected(() => expandWords(word, options));
    expected(() => expandHeredoc(word, options));
    expected(() => parseHeredocs(word));
  },
};

const fuzzIgnore: Target<{ text: string; paths: readonly string[] }> = {
  make: (round) => ({
    text: round % 50 === 0 ? repeated(ignoreTokens) : mixed(ignoreTokens, 30),
    paths: Array.from({ length: 20 }, () => cleanPattern(mixed(pathTokens, 8).replace(/^\/+/, '') || 'a')),
  }),
  run({ text, paths }) {
    const patterns = parseIgnoreFile(text);
    for (const pattern of patterns.slice(0, 100)) expected(() => matchPattern(pattern, paths[0]!));
    expected(() => {
      const matcher = ignoreMatcher(patterns);
      for (const path of paths) {
        if (patterns.length < 100 && matcher.ignored(path) !== ignoreMatcher(patterns).ignored(path))
          throw new Error(`${path} depends on what was asked before`);
        const parts = path.split('/');
        const skipped = parts.findIndex((_, index) => index > 0 && matcher.canSkipFolder(parts.slice(0, index).join('/')));
        if (skipped > 0 && !matcher.ignored(path)) throw new Error(`${path} is kept, but a folder above it is skipped`);
      }
    });
  },
};

const fuzzValues: Target<string> = {
  make: () => mixed(valueTokens, 15),
  run(text) {
    expected(() => parseMount(text, (value) => value));
    expected(() => parseChmod(text));
  },
};

function expected(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
  }
}

function meaning({ globalArgs, stages, escape }: Dockerfile): string {
  const place = ['range', 'flags', 'original', 'source'];
  return JSON.stringify({ globalArgs, stages, escape }, (key, value: unknown) => (place.includes(key) ? undefined : value));
}

/** A linear congruential generator: the same seed, the same inputs. */
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function pick<T>(list: readonly T[]): T {
  return list[random(list.length)]!;
}

function mixed(tokens: readonly string[], most: number): string {
  let text = '';
  for (let count = random(most); count >= 0; count -= 1) text += random(30) === 0 ? String.fromCharCode(random(0x2100)) : pick(tokens);
  return text;
}

/** One short piece very often: what is quadratic shows. */
function repeated(tokens: readonly string[]): string {
  return mixed(tokens, 4) + mixed(tokens, 3).repeat(random(20_000)) + mixed(tokens, 4);
}

const dockerfileTokens: readonly string[] = [
  'FROM scratch\n',
  'FROM a AS b\n',
  'ARG x\n',
  'RUN ',
  'run <<E\n',
  'COPY ',
  'COPY --from=b a ',
  'ADD ',
  'ENV ',
  'LABEL ',
  'ARG ',
  'CMD ',
  'USER ',
  'WORKDIR ',
  'EXPOSE 80/TCP\n',
  'VOLUME ',
  'SHELL ["a"]\n',
  'HEALTHCHECK --interval=1s CMD ',
  'ONBUILD ',
  'MAINTAINER ',
  'STOPSIGNAL ',
  'FORM ',
  '---\n',

  '\n',
  '\n',
  '\n',
  '\r\n',
  ' \\\n',
  '\\\n',
  '`\n',
  '\\\\\n',
  '# c\n',
  '#\n',
  '# escape=`\n',
  '# syntax=a\n',
  '# check=skip=A;error=true\n',
  '\uFEFF',
  '#!x\n',
  '<<E',
  '<<-E',
  '<<"E"',
  '3<<E',
  'E\n',
  '\tE\n',
  '<<$x ',
  '<<',
  '<',
  '>x ',
  '--link ',
  '--mount=type=cache,target=/a ',
  '--mount="type=bind,',
  '--chmod=u+x ',
  '-- ',
  '--x=y ',
  '--',
  '--network=none ',

  '["a", "b"]',
  '[1]',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '`',
  '$x',
  '${x:-y}',
  '${',
  '}',
  '=',
  'a=b ',
  'c="d e" ',
  ' ',
  '\t',
  '  ',
  'a',
  '/b',
  'ü',
  '😀',
  '\u00a0',
  '\u0000',
  ',',
  ':',
];
const expansionTokens: readonly string[] = [
  '$a',
  '$b',
  '${a}',
  '${b#',
  '${b##',
  '${b%',
  '${b%%',
  '${b/',
  '${b//',
  '${e:-',
  '${u-',
  '${a:+',
  '${u:?',
  '${',
  '$',
  '}',
  '}',
  '}',
  '/',
  '/',

  '*',
  '?',
  '\\*',
  '\\?',
  '\\/',
  '\\}',
  '\\',
  '`',
  '"',
  '"',
  "'",
  "'",
  ' ',
  '\n',
  'a',
  'b',
  '.',
  'ab',
  'ü',
  '😀',
  '<<',
  '<<E',
  '-',
  ':',
  '0',
  '@',
  '$0',
  '\\$1',
  '[',
  ']',
  '{',
  '^',
  '|',
];
const ignoreTokens: readonly string[] = [
  'a',
  'b',
  'a*',
  '*',
  '**',
  '**/',
  '/**',
  '/',
  '?',
  '[ab]',
  '[^a]',
  '[',
  ']',
  '[z-a]',
  '\\',
  '\\*',
  '!',
  '! ',
  '.',
  '..',
  './',
  '\n',
  '\n',
  '\n#',
  ' ',
  'ü',
  '😀',
  '\uFEFF',
  '\r\n',
  '-',
  '^',
  '$',
  '(',
  '+',
  '{',
];
const pathTokens: readonly string[] = ['a', 'b', '/', '/', 'ab', 'a/b', '.', '*', 'ü', '😀', '-', '[', '\\', 'c.d', '..'];
const valueTokens: readonly string[] = [
  'type=',
  'cache',
  'secret',
  'bind',
  'tmpfs',
  'ssh',
  ',',
  ',',
  'target=',
  '/a',
  'id=',
  'a',
  'size=',
  '64m',
  'mode=',
  '0755',
  'required',
  'ro',
  '=',
  '"',
  'sharing=locked',
  'u',
  'g',
  'o',
  '+',
  '-',
  'r',
  'w',
  'X',
  's',
  't',
  '7',
  'env=',
  'uid=',
  'from=',
  '$x',
  '..',
  '/',
];

main();
