/** Plays a build on this terminal: `node demo.ts done|failed|stuck [FLAGS...]`. Used by the test of the terminal. `stuck` never ends by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { processConsole } from '../console.ts';
import { runCommand } from '../run-command.ts';
import { FakeEngine, someDigest } from './fake-engine.ts';
import { recordedBuild, stepFailure } from './recorded-build.ts';

const end = process.argv[2] === 'failed' ? 'failed' : 'done';
const startMs = Date.now();
const events = recordedBuild(startMs, end);
const result = { image: { digest: someDigest, descriptor: { mediaType: 'x', digest: someDigest, size: 1 }, names: ['localhost:5000/app:1'] }, metadata: {} };
const engine = new FakeEngine({
  events,
  result,
  ...(end === 'failed' ? { error: stepFailure() } : {}),
  pace: async (event, signal) => {
    const options = signal === undefined ? {} : { signal };
    if ('timeMs' in event) await sleep(Math.max(0, event.timeMs - Date.now()), undefined, options);
    // Before the last event a frame is drawn for certain
    if (event.kind === 'failed' || event === events.at(-1)) await sleep(process.argv[2] === 'stuck' ? 3_600_000 : 250, undefined, options);
  },
});
process.exit(await runCommand(['build', ...process.argv.slice(3), '.'], processConsole(), () => Promise.resolve(engine)));
