import type { Console } from '../console.ts';
import { usageError, type Faults } from '../usage-error.ts';
import type { ParsedFlags } from '../flags/flag.ts';
import type { Display, ProgressMode, StartTimer } from './display.ts';
import { JsonDisplay } from './json-display.ts';
import { PlainDisplay } from './plain-display.ts';
import { QuietDisplay } from './quiet-display.ts';

/** `--progress`, `--quiet`, else $BUILDKIT_PROGRESS, else auto: tty where standard error is a terminal and this is no CI, plain elsewhere. */
export function chooseMode(flags: ParsedFlags, console: Console, faults: Faults): Exclude<ProgressMode, 'auto'> {
  const given = flags.string('progress');
  const quiet = flags.bool('quiet') === true;
  if (quiet && given !== undefined && given !== 'quiet' && given !== 'auto') {
    faults.add(usageError('FLAG_VALUE', `Cannot use --progress ${given} with --quiet`, 'Leave out one of them.'));
  }
  if (quiet) return 'quiet';
  const mode = given ?? (console.env['BUILDKIT_PROGRESS'] || 'auto');
  const capable = console.stderr.isTerminal && console.env['TERM'] !== 'dumb';
  switch (mode) {
    case 'auto':
      return capable && !isCI(console.env) ? 'tty' : 'plain';
    case 'tty':
      if (!capable) faults.add(usageError('FLAG_VALUE', 'Cannot use --progress tty: standard error is not a terminal', 'Use --progress plain.'));
      return 'tty';
    case 'plain':
    case 'quiet':
    case 'rawjson':
    case 'none':
      return mode;
    default:
      faults.add(usageError('FLAG_VALUE', `Cannot use --progress ${JSON.stringify(mode)}: it is none of auto, plain, tty, rawjson, quiet, none`));
      return 'plain';
  }
}

export async function makeDisplay(
  mode: Exclude<ProgressMode, 'auto'>,
  console: Console,
  startTimer: StartTimer = intervalTimer,
): Promise<Display & { restore?: () => void }> {
  switch (mode) {
    case 'tty': {
      // Only this one measures text, for which it loads tables of Unicode.
      const { TerminalDisplay } = await import('./terminal-display.ts');
      return new TerminalDisplay(console.stderr, console.now, startTimer);
    }
    case 'plain':
      return new PlainDisplay(console.stderr, console.now, startTimer);
    case 'rawjson':
      return new JsonDisplay(console.stderr);
    case 'quiet':
    case 'none':
      return new QuietDisplay();
    default:
      return mode satisfies never;
  }
}

function intervalTimer(everyMs: number, tick: () => void): () => void {
  const timer = setInterval(tick, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function isCI(env: Readonly<Record<string, string | undefined>>): boolean {
  const ci = env['CI'] ?? '';
  return ci !== '' && ci !== '0' && ci.toLowerCase() !== 'false';
}
