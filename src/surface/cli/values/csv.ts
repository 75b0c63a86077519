import { usageError } from '../usage-error.ts';

/** The fields of one line of comma-separated values; a field in double quotes may hold commas, and `""` for a quote (RFC 4180). `shown` names the flag in errors. */
export function parseCsv(text: string, shown: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let field = '';
      let end = at + 1;
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote < 0) throw usageError('FLAG_VALUE', `Cannot use ${shown} ${text}: a quote is not closed`);
        field += text.slice(end, quote);
        end = quote + 1;
        if (text[end] !== '"') break;
        field += '"';
        end++;
      }
      if (end < text.length && text[end] !== ',') throw usageError('FLAG_VALUE', `Cannot use ${shown} ${text}: after a closing quote comes a comma`);
      fields.push(field);
      at = end;
    } else {
      const comma = text.indexOf(',', at);
      const field = text.slice(at, comma < 0 ? text.length : comma);
      if (field.includes('"')) throw usageError('FLAG_VALUE', `Cannot use ${shown} ${text}: a field with a quote in it is put in quotes as a whole`);
      fields.push(field);
      at += field.length;
    }
    if (at >= text.length) return fields;
    at++;
  }
}

export interface CsvField {
  /** Lower case; the whole field as written where there is no `=`. */
  readonly key: string;
  readonly writtenKey: string;
  readonly value: string | undefined;
}

/** `key=value` fields. */
export function parseCsvFields(text: string, shown: string): CsvField[] {
  return parseCsv(text, shown).map((field) => {
    const equals = field.indexOf('=');
    if (equals < 0) return { key: field, writtenKey: field, value: undefined };
    const writtenKey = field.slice(0, equals).trim();
    return { key: writtenKey.toLowerCase(), writtenKey, value: field.slice(equals + 1) };
  });
}
