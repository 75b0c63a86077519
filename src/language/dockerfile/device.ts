import { fault } from './error.ts';
import { parseCsvLine, parseGoBool } from '../../core/go/index.ts';
import { withSuggestion } from '../../core/match/index.ts';

/** `RUN --device=`: a name of the Container Device Interface. */
export interface Device {
  readonly name: string;
  readonly required: boolean;
}

const hint = 'Write --device=vendor.com/class=name, with ,required where the build cannot do without it.';

/** `name[,required]`, also as `name=...` and `required=BOOL`. Errors: BAD_DEVICE. */
export function parseDevice(text: string): Device {
  const line = parseCsvLine(text);
  if ('fault' in line || text === '') throw fault('BAD_DEVICE', `failed to parse csv devices: ${JSON.stringify(text)}`, { hint });
  let name = '';
  let required = false;
  for (const field of line.fields) {
    const cut = field.indexOf('=');
    const key = (cut < 0 ? field : field.slice(0, cut)).toLowerCase();
    const value = cut < 0 ? undefined : field.slice(cut + 1);
    if (key === 'required') {
      const flag = value === undefined ? true : parseGoBool(value);
      if (flag === undefined) throw fault('BAD_DEVICE', `invalid value for ${key}: ${value}`, { hint });
      required = flag;
    } else if (key === 'name' && value !== undefined) {
      if (name !== '') throw fault('BAD_DEVICE', `device name already set to ${name}`, { hint });
      name = value;
    } else if (name === '') {
      name = field;
    } else if (value === undefined) {
      throw fault('BAD_DEVICE', `invalid field '${field}' must be a key=value pair`, { hint });
    } else {
      throw fault('BAD_DEVICE', withSuggestion(`unexpected key '${key}' in '${field}'`, key, ['name', 'required'], { caseSensitive: true }), { hint });
    }
  }
  return { name, required };
}
