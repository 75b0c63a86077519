import { parseCsvLine } from '../../../core/go/index.ts';
import { usageError } from '../usage-error.ts';

/** The fields of one line of comma-separated values. `shown` names the flag in errors. Errors: FLAG_VALUE. */
export function parseCsv(text: string, shown: string): string[] {
  const line = parseCsvLine(text);
  if ('fault' in line) throw usageError('FLAG_VALUE', `Cannot use ${shown} ${text}: ${line.fault}`);
  return line.fields;
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
