import type { Comment, Directive, Position, Range } from './ast.ts';
import { parseEscape, DirectiveReader } from './directive.ts';
import { trim, trimStart } from '../../core/go/index.ts';
import { type SourceText, withoutLineBreak } from './source-text.ts';

/** An instruction's line with its continuations joined; here-documents are not read yet. */
export interface LogicalLine {
  readonly text: string;
  readonly startLine: number;
  readonly startColumn: number;
  /** Offset of its first line in the file. */
  readonly startOffset: number;
  /** Comment lines directly above. */
  readonly comments: readonly Comment[];
  /** Comment lines between its lines. */
  readonly commentsWithin: readonly Comment[];
  /** Its lines after the first. */
  readonly continuations: readonly Continuation[];
}

/** Where a line of the file starts in the text of the logical line. */
interface Continuation {
  readonly offset: number;
  readonly line: number;
}

const none: readonly never[] = [];

/** Where a part of the text of a logical line stands in the file; `end` is exclusive and after `start`. */
export function rangeIn(line: LogicalLine, start: number, end: number): Range {
  const last = positionIn(line, end - 1);
  return { start: positionIn(line, start), end: { line: last.line, column: last.column + 1 } };
}

function positionIn({ startLine, startColumn, continuations }: LogicalLine, offset: number): Position {
  const found = continuations.findLast((continuation) => continuation.offset <= offset);
  return found === undefined ? { line: startLine, column: startColumn + offset } : { line: found.line, column: offset - found.offset };
}

/** Cuts a file into logical lines, and keeps the comments and directives that it passes. */
export class LogicalLines {
  readonly comments: Comment[] = [];
  readonly directives: Directive[] = [];
  readonly emptyContinuations: Range[] = [];
  escape: '\\' | '`' = '\\';
  private readonly source: SourceText;
  private readonly directiveReader = new DirectiveReader();
  private above: Comment[] = [];

  constructor(source: SourceText) {
    this.source = source;
  }

  /** Errors: LINE_TOO_LONG, DUPLICATE_DIRECTIVE, BAD_DIRECTIVE; reading can go on after each. */
  next(): LogicalLine | undefined {
    for (;;) {
      const startOffset = this.source.offset;
      const raw = this.source.next();
      if (raw === undefined) return undefined;
      const line = withoutLineBreak(raw);
      const start = trimStart(line);
      if (this.readDirective(start)) continue;
      if (start.startsWith('#')) {
        const comment = this.readComment(line, start);
        // an empty comment parts what is above it from the instruction below; an empty line does not
        if (comment.text === '') this.above = [];
        else this.above.push(comment);
        continue;
      }
      if (start === '') continue;
      const startLine = this.source.line;
      const above = this.above.length === 0 ? none : this.above;
      if (above !== none) this.above = [];
      const within = this.comments.length;
      const { text, continuations } = this.join(start);
      const commentsWithin = this.comments.length === within ? none : this.comments.slice(within);
      return { text, startLine, startColumn: line.length - start.length, startOffset, comments: above, commentsWithin, continuations };
    }
  }

  private join(first: string): Pick<LogicalLine, 'text' | 'continuations'> {
    let body = this.continued(first);
    if (body === undefined) return { text: first, continuations: none };
    const parts = [body];
    const continuations: Continuation[] = [];
    let offset = body.length;
    let hasEmpty = false;
    for (;;) {
      const raw = this.source.next();
      if (raw === undefined) break;
      const line = withoutLineBreak(raw);
      const start = trimStart(line);
      this.readDirective(line);
      if (start.startsWith('#')) {
        this.readComment(line, start);
        continue;
      }
      if (start === '') {
        hasEmpty = true;
        continue;
      }
      body = this.continued(line);
      parts.push(body ?? line);
      continuations.push({ offset, line: this.source.line });
      if (body === undefined) break;
      offset += body.length;
    }
    const end = { line: this.source.line, column: 0 };
    if (hasEmpty) this.emptyContinuations.push({ start: end, end });
    return { text: parts.join(''), continuations };
  }

  /** The line without its continuation character; undefined where it has none. A doubled one is no continuation. */
  private continued(line: string): string | undefined {
    let end = line.length;
    while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
    if (end === 0 || line[end - 1] !== this.escape || line[end - 2] === this.escape) return undefined;
    return line.slice(0, end - 1);
  }

  private readDirective(line: string): boolean {
    const directive = this.directiveReader.read(line, this.source.line);
    if (directive === undefined) return false;
    this.directives.push(directive);
    if (directive.name === 'escape') this.escape = parseEscape(directive.value);
    return true;
  }

  private readComment(line: string, start: string): Comment {
    const number = this.source.line;
    const comment = {
      text: trim(start.slice(1)),
      range: { start: { line: number, column: line.length - start.length }, end: { line: number, column: line.length } },
    };
    this.comments.push(comment);
    return comment;
  }
}
