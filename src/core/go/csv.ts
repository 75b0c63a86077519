/** The fields of a line, or what is wrong with it, for the end of a message. */
export type CsvLine = { readonly fields: string[] } | { readonly fault: string };

/** One line of comma-separated values, as Go's encoding/csv reads it: a field may be quoted whole, with `""` for a quote (RFC 4180). */
export function parseCsvLine(text: string): CsvLine {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let field = '';
      let end = at + 1;
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote < 0) return { fault: 'a quote is not closed' };
        field += text.slice(end, quote);
        end = quote + 1;
        if (text[end] !== '"') break;
        field += '"';
        end++;
      }
      if (end < text.length && text[end] !== ',') return { fault: 'a closing quote must be followed by a comma' };
      fields.push(field);
      at = end;
    } else {
      const comma = text.indexOf(',', at);
      const field = text.slice(at, comma < 0 ? text.length : comma);
      if (field.includes('"')) return { fault: 'a field that contains a quote must be quoted as a whole' };
      fields.push(field);
      at += field.length;
    }
    if (at >= text.length) return { fields };
    at++;
  }
}
