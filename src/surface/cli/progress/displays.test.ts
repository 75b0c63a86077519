/* oxlint-disable no-control-regex -- control characters are what is tested */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BuildEvent } from '../../progress/index.ts';
import { FakeSink } from '../testing/fake-sink.ts';
import { recordedBuild } from '../testing/recorded-build.ts';
import { Screen } from '../testing/screen.ts';
import { JsonDisplay } from './json-display.ts';
import { LiveRegion } from './live-region.ts';
import { PlainDisplay } from './plain-display.ts';
import { StepBoard } from './step-board.ts';
import { stepLines } from './step-lines.ts';
import { TerminalDisplay } from './terminal-display.ts';

/** A clock that is set, and the one timer of a display. */
class FakeTime {
  nowMs = 0;
  tick: () => void = () => {};
  stopped = false;
  readonly now = (): number => this.nowMs;
  readonly startTimer = (_everyMs: number, tick: () => void): (() => void) => {
    this.tick = tick;
    return () => {
      this.stopped = true;
    };
  };
}

function play(display: { handle(event: BuildEvent): void }, events: readonly BuildEvent[], time: FakeTime, tickEach = false): void {
  for (const event of events) {
    if ('timeMs' in event) time.nowMs = event.timeMs;
    display.handle(event);
    if (tickEach) time.tick();
  }
}

test('PlainDisplay: a build that fails', () => {
  const [sink, time] = [new FakeSink(), new FakeTime()];
  const display = new PlainDisplay(sink, time.now, time.startTimer);
  play(display, recordedBuild(0, 'failed'), time);
  display.close();
  assert.ok(time.stopped);
  assert.deepEqual(sink.text.split('\n'), [
    '#1 [internal] load build definition from Dockerfile',
    '#1 transferring dockerfile 278B / 278B 0.0s done',
    '#1 DONE 0.0s',
    '',
    '#2 [base 1/1] COPY busybox /bin/busybox',
    '#2 CACHED',
    '',
    '#3 [deps 1/2] FROM alpine:3.19',
    '#3 sha256:aaaaaaaaaaaa 3.4MB / 3.4MB 0.3s done',
    '#3 DONE 0.4s',
    '',
    '#4 [stage-1 1/1] RUN echo one &&   cat /nonexist',
    '#4 0.080 one',
    '#4 0.180 two',
    '#4 0.180 100%',
    '#4 0.230 \u001b[31mred\u001b[0m hostile\u001b[0m',
    '#4 0.330 no newline at the end',
    '#4 ERROR: Cannot run "echo one &&   cat /nonexist": exit code 1',
    '',
  ]);
});

test('PlainDisplay: a step that waits gets its turn after a second, and the other one comes back with its heading', () => {
  const [sink, time] = [new FakeSink(), new FakeTime()];
  const display = new PlainDisplay(sink, time.now, time.startTimer);
  const log = (vertex: string, text: string, timeMs: number): BuildEvent => ({ kind: 'log', vertex, stream: 'stdout', data: Buffer.from(`${text}\n`), timeMs });
  const events: BuildEvent[] = [
    { kind: 'step', vertex: 'a', name: 'A', inputs: [] },
    { kind: 'step', vertex: 'b', name: 'B', inputs: [] },
    { kind: 'started', vertex: 'a', timeMs: 0 },
    { kind: 'started', vertex: 'b', timeMs: 0 },
    log('a', 'a1', 100),
    log('b', 'b1', 200),
    log('a', 'a2', 900),
    log('a', 'a3', 1100),
    log('b', 'b2', 1200),
    { kind: 'done', vertex: 'b', timeMs: 1300 },
    { kind: 'done', vertex: 'a', timeMs: 1400 },
  ];
  play(display, events, time, true);
  display.close();
  assert.equal(sink.text, '#1 A\n#1 0.100 a1\n#1 0.900 a2\n#1 1.100 a3\n#1 ...\n\n#2 B\n#2 0.200 b1\n#2 1.200 b2\n#2 DONE 1.3s\n\n#1 A\n#1 DONE 1.4s\n');
});

test('PlainDisplay: long transfers are reported every few seconds, and at the end of the step', () => {
  const [sink, time] = [new FakeSink(), new FakeTime()];
  const display = new PlainDisplay(sink, time.now, time.startTimer);
  const progress = (current: number, timeMs: number): BuildEvent => ({ kind: 'progress', vertex: 'a', id: 'context', action: 'transferring', current, timeMs });
  const events: BuildEvent[] = [
    { kind: 'step', vertex: 'a', name: 'A', inputs: [] },
    ...Array.from({ length: 120 }, (_, i) => progress(i * 1000, i * 100)),
    { kind: 'done', vertex: 'a', timeMs: 12_000 },
  ];
  play(display, events, time, true);
  assert.equal(
    sink.text,
    '#1 A\n#1 transferring context 50kB 5.0s\n#1 transferring context 100kB 10.0s\n#1 transferring context 119kB 12.0s done\n#1 DONE 12.0s\n',
  );
});

test("JsonDisplay: lines in the shape of BuildKit's status", () => {
  const sink = new FakeSink();
  const display = new JsonDisplay(sink);
  play(display, recordedBuild(Date.parse('2026-01-01T00:00:00Z'), 'failed'), new FakeTime());
  display.handle({ kind: 'activity', activity: 'worker', detail: 'started', timeMs: 0 });
  const all = sink.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>[]>);
  assert.ok(all.every((one) => Object.keys(one).every((key) => ['vertexes', 'statuses', 'logs', 'warnings', 'activities'].includes(key))));
  const cached = all.find((one) => one['vertexes']?.[0]?.['cached'] === true);
  assert.deepEqual(cached, {
    vertexes: [
      {
        digest: 'copy',
        name: '[base 1/1] COPY busybox /bin/busybox',
        started: '2026-01-01T00:00:00.020Z',
        completed: '2026-01-01T00:00:00.020Z',
        cached: true,
      },
    ],
  });
  const logs = all.flatMap((one) => one['logs'] ?? []);
  assert.equal(Buffer.from(String(logs[0]?.['data']), 'base64').toString(), 'one\ntw');
  assert.equal(logs.at(-1)?.['stream'], 2);
  const failed = all.flatMap((one) => one['vertexes'] ?? []).at(-1);
  assert.match(String(failed?.['error']), /exit code 1/);
  const [warning] = all.flatMap((one) => one['warnings'] ?? []);
  assert.equal(Buffer.from(String(warning?.['short']), 'base64').toString(), "StageNameCasing: Stage name 'Base' should be lowercase (line 1)");
  const statuses = all.flatMap((one) => one['statuses'] ?? []);
  assert.ok(statuses.some((status) => status['current'] === 3_400_000 && status['completed'] !== undefined));
});

test('TerminalDisplay: while it runs and after', () => {
  const [sink, time] = [new FakeSink({ isTerminal: true, hasColors: true }), new FakeTime()];
  sink.width = 60;
  const display = new TerminalDisplay(sink, time.now, time.startTimer);
  const events = recordedBuild(0, 'failed');
  const screen = new Screen(60);
  play(display, events.slice(0, 14), time, true);
  screen.write(sink.take());
  assert.deepEqual(screen.lines(), [
    '[+] Building 0.3s (2/4)',
    ' => [internal] load build definition from Dockerfile   0.0s',
    ' => CACHED [base 1/1] COPY busybox /bin/busybox        0.0s',
    ' => [deps 1/2] FROM alpine:3.19                        0.3s',
    ' => => sha256:aaaaaaaaaaaa 1MB / 3.4MB',
    ' => [stage-1 1/1] RUN echo one &&   cat /nonexist      0.2s',
    ' => => # one',
    ' => => # two',
    ' => => # 100%',
  ]);
  assert.equal(screen.cursorShown, false);
  play(display, events.slice(14), time, true);
  display.close('failed');
  screen.write(sink.take());
  assert.deepEqual(screen.lines(), [
    '[+] Building 0.5s (3/4) FAILED',
    ' => [internal] load build definition from Dockerfile   0.0s',
    ' => CACHED [base 1/1] COPY busybox /bin/busybox        0.0s',
    ' => [deps 1/2] FROM alpine:3.19                        0.4s',
    ' => ERROR [stage-1 1/1] RUN echo one &&   cat /nonex…  0.4s',
  ]);
  assert.equal(screen.cursorShown, true);
  assert.ok(time.stopped);
});

test('TerminalDisplay: nothing is written for a frame that is the same, and only changed lines otherwise', () => {
  const [sink, time] = [new FakeSink({ isTerminal: true }), new FakeTime()];
  const display = new TerminalDisplay(sink, time.now, time.startTimer);
  play(display, recordedBuild(0, 'done').slice(0, 12), time, true);
  sink.take();
  time.tick();
  assert.equal(sink.take(), '');
  time.nowMs += 100;
  time.tick();
  const frame = sink.take();
  assert.doesNotMatch(frame, /CACHED|internal/);
  assert.match(frame, /RUN echo one/);
});

test('TerminalDisplay: a hidden cursor comes back when the process ends without close', () => {
  const [sink, time] = [new FakeSink({ isTerminal: true }), new FakeTime()];
  const display = new TerminalDisplay(sink, time.now, time.startTimer);
  play(display, recordedBuild(0, 'done').slice(0, 8), time, true);
  sink.take();
  display.restore();
  assert.match(sink.take(), /\u001b\[\?25h/);
  display.restore();
  assert.equal(sink.take(), '');
});

test('stepLines: fits the rows, keeps what runs, and counts what it leaves out', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(40), fc.integer({ min: 5, max: 50 }), fc.integer({ min: 20, max: 120 }), (endedCount, runningCount, rows, columns) => {
      const board = new StepBoard();
      for (let i = 0; i < endedCount + runningCount; i++) {
        board.apply({ kind: 'step', vertex: `v${i}`, name: `[${i}] 漢字 RUN something`, inputs: [] });
        board.apply({ kind: 'started', vertex: `v${i}`, timeMs: i });
        board.apply({ kind: 'log', vertex: `v${i}`, stream: 'stdout', data: Buffer.from('a\nb\nc\n'), timeMs: i });
        if (i < endedCount) board.apply({ kind: 'done', vertex: `v${i}`, timeMs: i });
      }
      const lines = stepLines(board, { nowMs: 1000, columns, rows });
      assert.ok(lines.length <= rows - 1, `${lines.length} lines on ${rows} rows`);
      const screen = new Screen(columns - 1);
      for (const line of lines) screen.write(line.text);
      if (runningCount > 0) assert.ok(lines.some((line) => line.text.includes(`[${endedCount}]`)));
      const all = stepLines(board, { nowMs: 1000, columns });
      assert.equal(all.length, 1 + endedCount + runningCount);
    }),
  );
});

test('LiveRegion: after any frames the screen shows the last one', () => {
  const frames = fc.array(fc.array(fc.constantFrom('a', 'bb', 'ccc', 'a longer line'), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(frames, fc.boolean(), (pictures, last) => {
      const sink = new FakeSink({ isTerminal: true });
      const region = new LiveRegion(sink);
      const screen = new Screen(80);
      for (const [i, picture] of pictures.entries()) {
        region.draw(
          picture.map((text) => ({ text })),
          { last: last && i === pictures.length - 1 },
        );
        screen.write(sink.take());
      }
      assert.deepEqual(screen.lines(), pictures.at(-1));
    }),
  );
});

test('LiveRegion: a narrower terminal has wrapped the old lines, so more rows are taken back', () => {
  const sink = new FakeSink({ isTerminal: true });
  const region = new LiveRegion(sink);
  region.draw([{ text: 'x'.repeat(70) }, { text: 'short' }]);
  sink.take();
  sink.resize(40, 24);
  region.draw([{ text: 'new' }]);
  assert.match(sink.take(), /\u001b\[3A\r\u001b\[Jnew/);
});
