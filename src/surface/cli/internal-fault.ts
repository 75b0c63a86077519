import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';

/** An error that is no BuildError, which is a fault of this program, for people. */
export interface InternalFault {
  /** Name and message. */
  readonly message: string;
  /** Where it was thrown, innermost first, in terms of the sources. */
  readonly frames: readonly string[];
}

/** Errors of the bundle have places in it that say nothing; the source maps beside it lead to the sources. Where there is none, the places stay. */
export function internalFault(error: unknown): InternalFault {
  if (!(error instanceof Error)) return { message: String(error), frames: [] };
  const maps = new Map<string, SourceMap | undefined>();
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('(node:'));
  return { message: `${error.name}: ${error.message}`, frames: lines.map((line) => sourceFrame(line.trim(), maps)) };
}

function sourceFrame(line: string, maps: Map<string, SourceMap | undefined>): string {
  const [place = '', path = '', lineNumber = '', column = ''] = /([^()\s]+):(\d+):(\d+)(?=\)?$)/.exec(line) ?? [];
  if (path === '') return line;
  if (!maps.has(path)) maps.set(path, readMap(path.replace(/^file:\/\//, '')));
  const origin = maps.get(path)?.findOrigin(Number(lineNumber), Number(column));
  if (origin === undefined || !('fileName' in origin)) return line;
  return line.replace(place, `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`);
}

function readMap(program: string): SourceMap | undefined {
  const path = `${program}.map`;
  if (!existsSync(path)) return undefined;
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
