import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BuildResult } from '../../progress/index.ts';
import { parseCall, toBuildRequest } from '../build-request.ts';
import type { Console } from '../console.ts';
import type { LoadEngine } from '../engine.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { checkFailureJSON, failureJSON } from '../failure-json.ts';
import { writeFailedSteps, writeFailure, writeWarnings } from '../failure.ts';
import { buildFlags } from '../flags/build-flags.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { catchInterrupts } from '../interrupts.ts';
import { chooseMode, makeDisplay } from '../progress/choose-display.ts';
import type { Display } from '../progress/display.ts';
import { readFileSettings } from '../settings.ts';
import { BuildError } from '../../../core/errors.ts';
import { Faults } from '../usage-error.ts';

type ResultFileErrorCode =
  /** The file of --iidfile or --metadata-file cannot be written. */
  'RESULT_FILE';

/** A file for the result cannot be written. */
class ResultFileError extends BuildError<ResultFileErrorCode> {}

/** `ossb build [FLAGS] PATH | URL | -` */
export async function buildCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const faults = new Faults();
  const flags = parseFlags(argv, buildFlags, faults);
  if (flags.help) {
    console.stdout.write((await import('../help/help-text.ts')).helpText('build'));
    return exitCodes.done;
  }
  const request = toBuildRequest(flags, readFileSettings(console.env, faults), console, faults);
  const mode = chooseMode(flags, console, faults);
  faults.throwIfAny();
  const debug = flags.bool('debug') === true;
  const idFile = pathOf(flags.string('iidfile'), console.cwd);
  const metadataFile = pathOf(flags.string('metadata-file'), console.cwd);
  for (const file of [idFile, metadataFile]) if (file !== undefined) requireWritable(file);
  // A file of an earlier build must not be taken for the result of one that fails
  if (idFile !== undefined && isPlainFile(idFile)) rmSync(idFile);

  const engine = await loadEngine();
  const display = await makeDisplay(mode, console);
  for (const message of flags.warnings) display.handle({ kind: 'warning', rule: '', description: '', message });
  const restore = (): void => display.restore?.();
  process.on('exit', restore);
  using interrupts = catchInterrupts(() => display.stopping());
  let result: BuildResult;
  try {
    const build = engine.build(request, interrupts.signal, { env: console.env, cwd: console.cwd });
    // The result is awaited below; should the iteration throw first, it must not count as unhandled
    build.result.catch(() => {});
    for await (const event of build) display.handle(event);
    result = await build.result;
    display.close('done');
  } catch (error) {
    display.close(interrupts.exitCode === undefined ? 'failed' : 'canceled');
    if (interrupts.exitCode !== undefined) {
      if (mode !== 'rawjson') console.stderr.write('Stopped.\n');
      return interrupts.exitCode;
    }
    const exitCode = exitCodeOf(error);
    if (request.call === 'check' && parseCall(flags, faults).json && error instanceof BuildError) {
      console.stdout.write(`${JSON.stringify(checkFailureJSON(error, display.board.warnings), undefined, 2)}\n`);
    }
    if (mode === 'rawjson') writeJsonFailure(console, error, exitCode);
    else writeTextFailure(console, display, error, { debug, maxLines: mode === 'plain' ? 10 : 100, warnings: mode === 'plain' || mode === 'tty' });
    return exitCode;
  } finally {
    process.off('exit', restore);
  }
  if (idFile !== undefined) writeIDFile(idFile, result);
  if (metadataFile !== undefined) writeWhole(metadataFile, `${JSON.stringify(result.metadata, undefined, 2)}\n`);
  if (mode === 'plain' || mode === 'tty') writeSummary(console, display, result, debug);
  if (result.callResult !== undefined) {
    const { json } = parseCall(flags, faults);
    console.stdout.write(json ? `${JSON.stringify(result.callResult.json, undefined, 2)}\n` : withNewline(result.callResult.text));
    return result.callResult.exitCode;
  }
  if (request.call !== 'build') throw new Error(`the engine gave no result of ${request.call}`);
  if (mode === 'quiet' && result.image !== undefined) console.stdout.write(`${result.image.digest}\n`);
  return exitCodes.done;
}

function writeSummary(console: Console, display: Display, result: BuildResult, debug: boolean): void {
  if (display.board.warnings.length > 0 && result.callResult === undefined) {
    writeWarnings(console.stderr, display.board.warnings, { expand: debug });
  }
  const { image } = result;
  if (image === undefined) return;
  const lines = image.names.length === 0 ? [image.digest] : image.names.map((name) => `${name.replace(/@sha256:[0-9a-f]{64}$/, '')}@${image.digest}`);
  console.stderr.write(`\n${lines.map((line) => `Image: ${line}\n`).join('')}`);
}

function writeTextFailure(
  console: Console,
  display: Display,
  error: unknown,
  options: { readonly debug: boolean; readonly maxLines: number; readonly warnings: boolean },
): void {
  writeFailedSteps(console.stderr, display.board, options.maxLines);
  if (options.warnings) writeWarnings(console.stderr, display.board.warnings, { expand: options.debug });
  writeFailure(console.stderr, error, options);
}

function writeJsonFailure(console: Console, error: unknown, exitCode: number): void {
  console.stderr.write(`${JSON.stringify({ error: failureJSON(error, exitCode) })}\n`);
}

function writeIDFile(path: string, result: BuildResult): void {
  if (result.image === undefined) {
    throw new ResultFileError('RESULT_FILE', 'Cannot write --iidfile: the outputs hold no image', {
      family: 'validation',
      hint: 'Leave it out, or add an output of type image.',
    });
  }
  writeWhole(path, result.image.digest);
}

/** Whether a file can be written is known before the build is. Errors: RESULT_FILE. */
function requireWritable(path: string): void {
  const fail = (found: string, hint: string): Error => new ResultFileError('RESULT_FILE', `Cannot write ${path}: ${found}`, { family: 'filesystem', hint });
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw fail('it is a folder', 'Name a file in it.');
    // a file is replaced, which its folder has to allow; pipes and devices are written to
    if (there?.isFile() === false) accessSync(path, constants.W_OK);
    else accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof ResultFileError) throw error;
    throw fail(`its folder ${whyUnwritable(error)}`, 'Make the folder first, or name a file elsewhere.');
  }
}

function whyUnwritable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EACCES' || code === 'EROFS' ? `may not be written to (${code})` : `cannot be used (${code})`;
}

/** Readers see the old file or the whole new one. Pipes and devices are written to directly. */
function writeWhole(path: string, text: string): void {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined && !isPlainFile(path)) return writeFileSync(path, text);
    writeFileSync(aside, text);
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ResultFileError('RESULT_FILE', `Cannot write ${path}: ${code}`, { family: 'filesystem', hint: 'The build itself succeeded.', cause: error });
  }
}

function isPlainFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function pathOf(text: string | undefined, cwd: string): string | undefined {
  return text === undefined || text === '' ? undefined : resolve(cwd, text);
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
