import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readFileUpTo, whyUnreadable } from '../../../core/stream/index.ts';
import { BuildError, BuildErrors, type SourceLocation } from '../../../core/errors.ts';
import {
  checkDockerfile,
  checkFault,
  checkUpToFault,
  maxDockerfileBytes,
  maxIgnoreFileBytes,
  parseIgnoreFile,
  requireBuiltInFrontend,
  parseDockerfile,
  parseWithFaults,
  valueFaults,
  type CheckContext,
  type Dockerfile,
  type Warning,
} from '../../../language/dockerfile/index.ts';

/** What was found at one place of a file. */
export interface FileFinding {
  readonly level: 'error' | 'warning';
  /** Name of the rule; for a fault its code. */
  readonly rule: string;
  readonly message: string;
  readonly description?: string;
  readonly url?: string;
  readonly hint?: string;
  readonly location?: SourceLocation;
}

export interface CheckedFile {
  readonly path: string;
  readonly findings: readonly FileFinding[];
}

export interface CheckFileOptions {
  readonly cwd: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Rules that are not reported. */
  readonly skip: readonly string[];
}

/** Parses and checks one Dockerfile; `-` is standard input. A file that cannot be read or parsed has errors for findings. The context is taken to be its folder. */
export function checkFile(path: string, options: CheckFileOptions): CheckedFile {
  try {
    const text = readFileUpTo(path === '-' ? 0 : resolve(options.cwd, path), maxDockerfileBytes);
    if (text === undefined) return { path, findings: [unreadable(`it has more than ${maxDockerfileBytes} bytes, which is the limit`)] };
    const file = path === '-' ? 'Dockerfile' : path;
    const syntax = requireBuiltInFrontend(text, file, options.buildArgs);
    const ignorePatterns = path === '-' ? undefined : readIgnorePatterns(resolve(options.cwd, path));
    const context: CheckContext = { buildArgs: options.buildArgs, ...(ignorePatterns === undefined ? {} : { ignorePatterns }) };
    const wanted = ({ rule }: Warning): boolean => !options.skip.includes(rule);
    let dockerfile: Dockerfile;
    try {
      dockerfile = parseDockerfile(text, { file, syntax });
    } catch (error) {
      const above = checkUpToFault(parseWithFaults(text, { file, syntax }), context).filter(wanted);
      return { path, findings: [...above.map((warning): FileFinding => ({ level: 'warning', ...warning })), ...faultsOf(error)] };
    }
    const warnings = checkDockerfile(dockerfile, context).filter(wanted);
    // `# check=error=true` makes errors of a file's warnings
    const level = checkFault(dockerfile, warnings, context) === undefined ? 'warning' : 'error';
    return { path, findings: [...valueFaults(dockerfile).flatMap(faultsOf), ...warnings.map((warning): FileFinding => ({ level, ...warning }))] };
  } catch (error) {
    return { path, findings: faultsOf(error) };
  }
}

/** Of the ignore file that a build would read. Errors: CONTEXT_INVALID. */
function readIgnorePatterns(dockerfile: string): readonly string[] | undefined {
  const candidates = [`${dockerfile}.dockerignore`, join(dirname(dockerfile), '.dockerignore')];
  const file = candidates.find((candidate) => existsSync(candidate) && !statSync(candidate).isDirectory());
  if (file === undefined) return undefined;
  return parseIgnoreFile(readIgnoreFile(file).toString('utf8'));
}

function readIgnoreFile(file: string): Buffer {
  const fail = (found: string): BuildError =>
    new BuildError('CONTEXT_INVALID', `Cannot read the ignore file: ${file} ${found}`, { family: 'validation', hint: 'Make it readable, or remove it.' });
  let bytes: Buffer | undefined;
  try {
    bytes = readFileUpTo(file, maxIgnoreFileBytes);
  } catch (error) {
    throw fail(whyUnreadable(error));
  }
  if (bytes === undefined) throw fail(`has more than ${maxIgnoreFileBytes} bytes, which is the limit`);
  return bytes;
}

function faultsOf(error: unknown): FileFinding[] {
  if (error instanceof BuildErrors) return error.errors.flatMap(faultsOf);
  if (error instanceof BuildError) {
    const { code, message, hint, location } = error;
    return [{ level: 'error', rule: code, message, ...(hint === undefined ? {} : { hint }), ...(location === undefined ? {} : { location }) }];
  }
  return [unreadable(`it ${whyUnreadable(error)}`)];
}

function unreadable(found: string): FileFinding {
  return { level: 'error', rule: 'UNREADABLE', message: `Cannot read the file: ${found}` };
}
