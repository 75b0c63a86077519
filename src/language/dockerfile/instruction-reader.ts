import { instructionKind, instructionKinds, splitArguments } from './arguments.ts';
import type { Flag, Heredoc, Instruction } from './ast.ts';
import { parseCheckComments } from './check-options.ts';
import type { DraftBase } from './draft.ts';
import { DockerfileError, fault } from './error.ts';
import { splitFlag } from './flags.ts';
import { type HeredocWord, parseHeredocs, stripTabs } from './heredoc.ts';
import { buildInstruction } from './instruction.ts';
import { rangeIn, type LogicalLine, type LogicalLines } from './logical-line.ts';
import { trim, trimStart } from '../../core/go/index.ts';
import { type SourceText, withoutLineBreak } from './source-text.ts';
import { type FlagWord, type InstructionParts, splitInstruction } from './split-instruction.ts';
import { nearest } from '../../core/match/index.ts';

const none: readonly never[] = [];

/** Reads instructions, each with its here-documents. */
export class InstructionReader {
  /** First line of the instruction that was read last, or that failed. */
  startLine: number | undefined;
  private readonly source: SourceText;
  private readonly lines: LogicalLines;

  constructor(source: SourceText, lines: LogicalLines) {
    this.source = source;
    this.lines = lines;
  }

  /** Errors: all of a single instruction's; reading can go on after each but LINE_TOO_LONG and UNTERMINATED_HEREDOC. */
  next(): Instruction | undefined {
    this.startLine = undefined;
    const line = this.lines.next();
    if (line === undefined) return undefined;
    this.startLine = line.startLine;
    const parts = splitInstruction(line.text);
    const kind = instructionKind(parts.keyword);
    if (kind === undefined) throw this.unknown(parts, line);
    const inner = kind === 'onbuild' ? splitInstruction(parts.rest) : parts;
    const innerKind = instructionKind(inner.keyword);
    let heredocs: readonly Heredoc[] = none;
    if (innerKind === 'run' || innerKind === 'copy' || innerKind === 'add') {
      // a JSON form opens none
      if (line.text.includes('<<') && !splitArguments(innerKind, inner.rest, this.lines.escape).json) heredocs = this.readBodies(parseHeredocs(line.text));
    }
    const { escape } = this.lines;
    const { rest } = parts;
    const flags = parts.flags.map(({ text }) => text);
    const triggerFlags = inner === parts ? none : writtenFlags(line, inner.flags, parts.restStart);
    return buildInstruction({ kind, flags, rest, ...splitArguments(kind, rest, escape), heredocs, escape, base: this.base(line, parts), triggerFlags });
  }

  private base(line: LogicalLine, parts: InstructionParts): DraftBase {
    const skip = line.comments.length === 0 ? undefined : parseCheckComments(line.comments)?.skip;
    const source = withoutLineBreak(this.source.text.slice(line.startOffset, this.source.offset));
    const last = source.length - (source.lastIndexOf('\n') + 1);
    return {
      keyword: parts.keyword,
      flags: writtenFlags(line, parts.flags, 0),
      range: { start: { line: line.startLine, column: line.startColumn }, end: { line: this.source.line, column: last } },
      // a trigger is kept with the blanks at its end
      original: parts.keyword.toUpperCase() === 'ONBUILD' ? trimStart(line.text) : trim(line.text),
      source,
      comments: line.comments,
      commentsWithin: line.commentsWithin,
      checkSkip: skip === 'all' ? ['all'] : (skip ?? none),
    };
  }

  private readBodies(words: readonly HeredocWord[]): Heredoc[] {
    return words.map((word) => {
      const raw = this.readBody(word);
      if (raw === undefined) {
        throw fault('UNTERMINATED_HEREDOC', `unterminated heredoc: no line ${JSON.stringify(word.name)} follows`, {
          hint: `End the text with a line that holds ${word.name} and nothing else${word.chomp ? ' but tabs before it' : ''}.`,
        });
      }
      return { ...word, content: word.chomp ? stripTabs(raw) : raw, raw };
    });
  }

  private readBody({ name, chomp }: HeredocWord): string | undefined {
    const lines: string[] = [];
    for (;;) {
      const raw = this.source.next();
      if (raw === undefined) return undefined;
      const line = withoutLineBreak(raw);
      if ((chomp ? line.replace(/^\t+/, '') : line) === name) return lines.join('');
      lines.push(raw);
    }
  }

  private unknown({ keyword }: InstructionParts, line: LogicalLine): DockerfileError {
    const near = nearest(keyword, instructionKinds, { caseSensitive: false });
    if (near !== undefined && /^(?:run|copy|add)$/i.test(near)) this.skipBodies(line.text);
    const shown = keyword.length > 60 ? `${keyword.slice(0, 60)}...` : keyword;
    const hint = 'A line begins with an instruction such as RUN; one that goes on needs a continuation before it.';
    return fault('UNKNOWN_INSTRUCTION', `unknown instruction: ${shown}${near === undefined ? '' : ` (did you mean ${near}?)`}`, { hint });
  }

  /** So that the text of a here-document is not taken for instructions after a mistyped RUN. */
  private skipBodies(text: string): void {
    const { line, offset } = this.source;
    try {
      if (parseHeredocs(text).every((word) => this.readBody(word) !== undefined)) return;
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error;
    }
    this.source.rewind(line, offset);
  }
}

/** `offset` is that of the text in which the flags were found. */
function writtenFlags(line: LogicalLine, flags: readonly FlagWord[], offset: number): readonly Flag[] {
  if (flags.length === 0) return none;
  return flags.map(({ text, start, end }) => {
    const [name, value] = splitFlag(text);
    const written = line.text.slice(offset + start, offset + end);
    return { name, ...(value === undefined ? {} : { value }), written, range: rangeIn(line, offset + start, offset + end) };
  });
}
