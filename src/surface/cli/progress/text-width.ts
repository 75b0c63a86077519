import stringWidth from 'string-width';

/** Columns that a terminal gives to the text. Control characters and escape sequences have none. */
export function textWidth(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

/** The text, cut to `columns` with an ellipsis at the end where it is wider. */
export function truncateText(text: string, columns: number): string {
  if (text.length <= columns && isPlain(text)) return text;
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let width = 0;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += textWidth(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** Most texts: each character has one column. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
