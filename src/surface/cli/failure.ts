import { BuildError, BuildErrors } from '../../core/errors.ts';
import { exitCodeOf } from './exit-code.ts';
import { UsageError } from './usage-error.ts';
import type { Sink } from './console.ts';
import { internalFault } from './internal-fault.ts';
import { harmlessLines, harmlessText } from './progress/harmless-text.ts';
import { formatOffset } from './progress/quantity.ts';
import type { Step, StepBoard, Warning } from './progress/step-board.ts';
import { sourceExcerpt } from './source-excerpt.ts';

/** Of a fault of ossb itself. */
const shownFrames = 5;
const shownMessage = 1000;

export interface FailureOptions {
  /** Stacks and causes too. */
  readonly debug?: boolean;
}

/** Message, marked source and hint of what went wrong. What is no BuildError is a fault of ossb and comes with where it was thrown. */
export function writeFailure(sink: Sink, error: unknown, options: FailureOptions = {}): void {
  const all = error instanceof BuildErrors ? error.errors : [error];
  for (const one of all) sink.write(failureText(one, sink.hasColors, options));
}

/** Tells the failure of a command and gives the exit code. */
export function reportFailure(sink: Sink, error: unknown, options: FailureOptions = {}): number {
  writeFailure(sink, error, options);
  return exitCodeOf(error);
}

/** The last output of the steps that failed, as docker prints it. */
export function writeFailedSteps(sink: Sink, board: StepBoard, maxLines: number): void {
  for (const step of board.failed) {
    if (step.log.count > 0) sink.write(failedStepText(step, maxLines));
  }
}

/** `2 warnings found`, with one line each; with `expand` also what the rule says, and the source. */
export function writeWarnings(sink: Sink, warnings: readonly Warning[], options: { readonly expand?: boolean } = {}): void {
  if (warnings.length === 0) return;
  const expand = options.expand === true;
  const heading = `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'} found${expand ? '' : ' (use --debug to expand)'}:`;
  let text = `\n ${colored(heading, '33', sink.hasColors)}\n`;
  for (const warning of warnings) {
    const line = warning.location === undefined ? '' : ` (line ${warning.location.startLine})`;
    text += ` - ${harmlessText(`${warning.rule === '' ? '' : `${warning.rule}: `}${warning.message}`)}${line}\n`;
    if (!expand) continue;
    if (warning.description !== '') text += `${harmlessText(warning.description)}\n`;
    if (warning.url !== undefined) text += `More info: ${harmlessText(warning.url)}\n`;
    text += `${warning.location === undefined ? '' : sourceExcerpt(warning.location)}\n`;
  }
  sink.write(text);
}

function failureText(error: unknown, colors: boolean, options: FailureOptions): string {
  const label = colored('ERROR:', '31', colors);
  if (!(error instanceof BuildError)) {
    const { message, frames } = internalFault(error);
    const shown = options.debug === true ? frames : frames.slice(0, shownFrames);
    const where = shown.map((frame) => `    ${harmlessText(frame)}\n`).join('');
    const hint = `${colored('Hint:', '36', colors)} Please report it with these lines${options.debug === true ? '' : '; --debug shows more of them'}.\n`;
    return `${label} Cannot go on: this is a fault of ossb itself: ${truncated(harmlessLines(message))}\n${where}${hint}${options.debug === true ? causesOf(error) : ''}`;
  }
  // Usage errors have no place in a Dockerfile, and the place of a missing file says nothing
  const source = error.location === undefined || error instanceof UsageError ? '' : sourceExcerpt(error.location);
  const hint = error.hint === undefined ? '' : `${colored('Hint:', '36', colors)} ${harmlessLines(error.hint)}\n`;
  const debug = options.debug === true ? `Code: ${error.code} (${error.family})\n${harmlessLines(error.stack ?? '')}\n${causesOf(error)}` : '';
  return `${source}${label} ${harmlessLines(error.message)}\n${hint}${debug}`;
}

function truncated(text: string): string {
  return text.length <= shownMessage ? text : `${text.slice(0, shownMessage)}…`;
}

function failedStepText(step: Step, maxLines: number): string {
  const lines = step.log.tail(maxLines);
  const left = step.log.count - lines.length;
  const earlier = left > 0 ? `[${left} earlier lines are not shown]\n` : '';
  const shown = lines.map((line) => `${formatOffset(line.timeMs - step.startedAtMs)} ${harmlessText(line.text, { colors: true })}\n`);
  return `------\n > ${harmlessText(step.name)}:\n${earlier}${shown.join('')}------\n`;
}

function causesOf(error: unknown): string {
  let text = '';
  let cause = error instanceof Error ? error.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < 8; depth++) {
    const shown = cause instanceof Error ? (cause.stack ?? cause.message) : (JSON.stringify(cause) ?? typeof cause);
    text += `Caused by: ${harmlessLines(shown)}\n`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return text;
}

function colored(text: string, code: string, colors: boolean): string {
  return colors ? `\x1b[${code}m${text}\x1b[0m` : text;
}
