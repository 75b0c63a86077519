import type { SourceLocation } from '../../core/errors.ts';
import { redactURLs } from '../../core/redact.ts';
import { harmlessText } from './progress/harmless-text.ts';

const maxLineLength = 300;

/** The marked lines of a Dockerfile with some around them, as BuildKit prints them. Only the place where the text is not known. */
export function sourceExcerpt(location: SourceLocation): string {
  const place = `${harmlessText(location.file)}:${location.startLine}`;
  if (location.text === undefined) return `${place}\n`;
  const lines = location.text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (location.startLine < 1 || location.startLine > lines.length) return `${place}\n`;
  let start = location.startLine;
  let end = Math.max(start, Math.min(location.endLine, lines.length));
  const around = start === end ? 4 : 2;
  for (let spent = 0; spent < around; spent++) {
    if (start > 1) {
      start--;
      spent++;
    }
    if (end < lines.length) {
      end++;
      spent++;
    }
  }
  const rule = '--------------------';
  const marked = lines.slice(start - 1, end).map((line, i) => {
    const number = start + i;
    const mark = number >= location.startLine && number <= location.endLine ? '>>>' : '   ';
    const shown = redactURLs(line);
    const text = shown.length > maxLineLength ? `${shown.slice(0, maxLineLength)}…` : shown;
    return `${String(number).padStart(4)} | ${mark} ${harmlessText(text)}`.trimEnd();
  });
  return [place, rule, ...marked, rule, ''].join('\n');
}
