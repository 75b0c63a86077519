import { textWidth } from './progress/text-width.ts';

/** Rows under a heading, columns three blanks apart, as docker prints its lists. */
export function textTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => textWidth(row[column] ?? ''))));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell))))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}
