import { DockerfileError, fault } from './error.ts';
import { cleanGoPath, parseCsvLine, parseGoBool, parseRamBytes, parseUint32 } from '../../core/go/index.ts';
import { nearest, withSuggestion } from '../../core/match/index.ts';

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';

/** A `RUN --mount=`, its variables replaced and its defaults in place. Targets are absolute and clean. */
export type Mount =
  | { readonly type: 'bind'; readonly from?: string; readonly source: string; readonly target: string; readonly readonly: boolean }
  | {
      readonly type: 'cache';
      readonly id: string;
      readonly target: string;
      readonly sharing: 'shared' | 'private' | 'locked';
      readonly from?: string;
      readonly source?: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly readonly: boolean;
      /** Whether `mode`, `uid` or `gid` was written: then the folder is made with them. */
      readonly owned: boolean;
    }
  | { readonly type: 'tmpfs'; readonly target: string; readonly sizeBytes?: number; readonly readonly: boolean }
  | {
      readonly type: 'secret';
      readonly id: string;
      /** Absent where only `env` was asked for. */
      readonly target?: string;
      readonly env?: string;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | {
      readonly type: 'ssh';
      readonly id: string;
      /** Absent where the default, /run/buildkit/ssh_agent.N, is to be used. */
      readonly target?: string;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

const types: readonly MountType[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const keys = [
  'type',
  'from',
  'source',
  'src',
  'target',
  'dst',
  'destination',
  'readonly',
  'ro',
  'readwrite',
  'rw',
  'id',
  'sharing',
  'required',
  'size',
  'mode',
  'uid',
  'gid',
  'env',
];

/** Relative targets are under `workdir`, default `/`. Errors: BAD_MOUNT, and those of `expand`, which is given each value. */
export function parseMount(text: string, expand: (value: string) => string, defaults: { readonly workdir?: string } = {}): Mount {
  try {
    const fields: Fields = { type: 'bind' };
    for (const field of splitFields(text)) readField(field, fields, expand);
    validate(fields);
    return withDefaults(fields, defaults.workdir ?? '/');
  } catch (error) {
    throw ofMount(text, error);
  }
}

/** What is a fault even in a stage that is not built, as with docker build: text that is no list of fields, and a variable in `from`. Errors: BAD_MOUNT. */
export function checkMountText(text: string): void {
  for (const field of splitFields(text)) {
    const cut = field.indexOf('=');
    if (cut >= 0 && field.slice(0, cut).toLowerCase() === 'from') requireNoVariable(field.slice(cut + 1));
  }
}

/**
 * What can be said of a mount before its variables and the WORKDIR are known: `expand` gives undefined for a value that has a variable. Errors: as `parseMount`.
 */
export function checkMount(text: string, expand: (value: string) => string | undefined): void {
  let open = false;
  try {
    const fields: Fields = { type: 'bind' };
    for (const field of splitFields(text)) {
      if (isOpen(field, expand)) open = true;
      else if (!open || !hangsOnType(field)) readField(field, fields, (value) => expand(value) ?? '');
    }
    if (open) return;
    validate(fields);
    withDefaults(fields, unknownWorkdir);
  } catch (error) {
    throw ofMount(text, error);
  }
}

/** Not `/`, so that a relative target is never taken for it. */
const unknownWorkdir = `/${'x/'.repeat(100)}`;

function isOpen(field: string, expand: (value: string) => string | undefined): boolean {
  const cut = field.indexOf('=');
  const key = field.slice(0, Math.max(cut, 0)).toLowerCase();
  return cut >= 0 && key !== 'from' && keys.includes(key) && expand(field.slice(cut + 1)) === undefined;
}

/** Whether the key is right for some types of mount only. */
function hangsOnType(field: string): boolean {
  return /^(?:required|size)(?:=|$)/i.test(field);
}

function ofMount(text: string, error: unknown): unknown {
  if (!(error instanceof DockerfileError) || error.code !== 'BAD_MOUNT') return error;
  return fault('BAD_MOUNT', `Cannot use --mount=${text}: ${error.message}`, { hint: error.hint });
}

/** The fields as written; absent where they were not. */
interface Fields {
  type: MountType;
  from?: string;
  source?: string;
  target?: string;
  readonly?: boolean;
  id?: string;
  sharing?: 'shared' | 'private' | 'locked';
  required?: boolean;
  sizeBytes?: number;
  mode?: number;
  uid?: number;
  gid?: number;
  env?: string;
}

function splitFields(text: string): string[] {
  const line = parseCsvLine(text);
  if ('fault' in line || text === '') {
    throw fault('BAD_MOUNT', `failed to parse csv mounts: ${JSON.stringify(text)}`, { hint: 'Write --mount=type=cache,target=/path.' });
  }
  return line.fields;
}

function requireNoVariable(value: string): void {
  if (/\$./.test(value)) {
    throw fault('BAD_MOUNT', `'from' doesn't support variable expansion, define alias stage instead`, {
      hint: 'Add a stage "FROM $IMAGE AS name" and write from=name.',
    });
  }
}

function readField(field: string, fields: Fields, expand: (value: string) => string): void {
  const cut = field.indexOf('=');
  const key = (cut < 0 ? field : field.slice(0, cut)).toLowerCase();
  if (cut < 0) {
    readSwitch(key, field, fields);
    return;
  }
  const written = field.slice(cut + 1);
  if (key === 'from') requireNoVariable(written);
  const value = expand(written);
  switch (key) {
    case 'type':
      fields.type = oneOf('mount type', value, types);
      break;
    case 'from':
      fields.from = value;
      break;
    case 'source':
    case 'src':
      fields.source = value;
      break;
    case 'target':
    case 'dst':
    case 'destination':
      fields.target = value;
      break;
    case 'readonly':
    case 'ro':
      fields.readonly = parseBool(key, value);
      break;
    case 'readwrite':
    case 'rw':
      fields.readonly = !parseBool(key, value);
      break;
    case 'required':
      requireType(key, fields.type, ['secret', 'ssh']);
      fields.required = parseBool(key, value);
      break;
    case 'size': {
      requireType(key, fields.type, ['tmpfs']);
      const sizeBytes = parseRamBytes(value);
      if (sizeBytes === undefined) throw fault('BAD_MOUNT', `invalid value for size: ${value}`, { hint: 'Write a size as 64m or 1g.' });
      fields.sizeBytes = sizeBytes;
      break;
    }
    case 'id':
      fields.id = value;
      break;
    case 'sharing':
      fields.sharing = oneOf('sharing value', value, ['shared', 'private', 'locked']);
      break;
    case 'mode':
      fields.mode = parseNumber(key, value, 8);
      break;
    case 'uid':
    case 'gid':
      fields[key] = parseNumber(key, value, 10);
      break;
    case 'env':
      fields.env = value;
      break;
    default:
      throw unexpectedKey(key, field);
  }
}

function readSwitch(key: string, field: string, fields: Fields): void {
  switch (key) {
    case 'readonly':
    case 'ro':
      fields.readonly = true;
      break;
    case 'readwrite':
    case 'rw':
      fields.readonly = false;
      break;
    case 'required':
      requireType(key, fields.type, ['secret', 'ssh']);
      fields.required = true;
      break;
    default:
      throw fault('BAD_MOUNT', `invalid field '${field}' must be a key=value pair`, {
        hint: keys.includes(key) ? `Write ${key}=VALUE.` : 'Only readonly, readwrite and required may stand without a value.',
      });
  }
}

function validate(fields: Fields): void {
  const { type } = fields;
  if (type === 'bind' || type === 'tmpfs') {
    for (const key of ['mode', 'uid', 'gid'] as const) {
      if (fields[key] !== undefined) throw fault('BAD_MOUNT', `${key} not allowed for ${JSON.stringify(type)} type mounts`);
    }
  }
  if (type === 'secret') {
    if ((fields.from ?? '') !== '') throw fault('BAD_MOUNT', 'secret mount should not have a from');
    if (fields.sharing !== undefined) throw fault('BAD_MOUNT', 'secret mount should not define sharing');
    if ((fields.source ?? '') === '' && (fields.target ?? '') === '' && (fields.id ?? '') === '') {
      throw fault('BAD_MOUNT', 'invalid secret mount. one of source, target required', { hint: 'Write --mount=type=secret,id=NAME.' });
    }
    if ((fields.source ?? '') !== '' && (fields.id ?? '') !== '')
      throw fault('BAD_MOUNT', "both source and id can't be set", { hint: 'source is another name of id.' });
  }
  if (fields.sharing !== undefined && type !== 'cache') throw fault('BAD_MOUNT', `invalid cache sharing set for ${type} mount`);
}

function withDefaults(fields: Fields, workdir: string): Mount {
  const written = fields.target ?? '';
  const target = cleanGoPath(written.startsWith('/') ? written : `/${workdir}/${written}`);
  const from = fields.from === undefined || fields.from === '' ? {} : { from: fields.from };
  const owner = { uid: fields.uid ?? 0, gid: fields.gid ?? 0 };
  switch (fields.type) {
    case 'bind':
      requireTarget(target);
      return { type: 'bind', ...from, source: orElse(fields.source, '/'), target, readonly: fields.readonly ?? true };
    case 'cache': {
      requireTarget(target);
      const source = fields.source === undefined || fields.source === '' ? {} : { source: fields.source };
      return {
        type: 'cache',
        id: orElse(fields.id, cleanGoPath(written)),
        target,
        sharing: fields.sharing ?? 'shared',
        ...from,
        ...source,
        mode: fields.mode ?? 0o755,
        ...owner,
        readonly: fields.readonly ?? false,
        owned: fields.mode !== undefined || fields.uid !== undefined || fields.gid !== undefined,
      };
    }
    case 'tmpfs':
      requireTarget(target);
      return {
        type: 'tmpfs',
        target,
        ...(fields.sizeBytes === undefined || fields.sizeBytes === 0 ? {} : { sizeBytes: fields.sizeBytes }),
        readonly: fields.readonly ?? false,
      };
    case 'secret':
      return secretMount(fields, written === '' ? undefined : target);
    case 'ssh':
      return {
        type: 'ssh',
        id: orElse(fields.id, 'default'),
        ...(written === '' ? {} : { target }),
        required: fields.required ?? false,
        mode: fields.mode ?? 0o600,
        ...owner,
      };
    default:
      return fields.type satisfies never;
  }
}

function secretMount(fields: Fields, target: string | undefined): Mount {
  const id = orElse(orElse(fields.id, fields.source ?? ''), target?.split('/').at(-1) ?? '');
  const env = fields.env === undefined || fields.env === '' ? undefined : fields.env;
  const file = target ?? (env === undefined ? `/run/secrets/${cleanGoPath(id).split('/').at(-1)!}` : undefined);
  return {
    type: 'secret',
    id,
    ...(file === undefined ? {} : { target: file }),
    ...(env === undefined ? {} : { env }),
    required: fields.required ?? false,
    mode: fields.mode ?? 0o400,
    uid: fields.uid ?? 0,
    gid: fields.gid ?? 0,
  };
}

function requireTarget(target: string): void {
  if (target === '/') throw fault('BAD_MOUNT', `invalid mount target ${JSON.stringify(target)}`, { hint: 'Give target=/path, a folder below the root.' });
}

function requireType(key: string, type: MountType, allowed: readonly MountType[]): void {
  if (allowed.includes(type)) return;
  throw fault('BAD_MOUNT', `unexpected key '${key}' for mount type '${type}'`, {
    hint: `${key} goes with type=${allowed.join(' and type=')}, which must stand before it.`,
  });
}

function parseBool(key: string, value: string): boolean {
  const parsed = parseGoBool(value);
  if (parsed === undefined) throw fault('BAD_MOUNT', `invalid value for ${key}: ${value}`, { hint: 'Use true or false.' });
  return parsed;
}

function parseNumber(key: string, value: string, base: 8 | 10): number {
  const parsed = parseUint32(value, base);
  if (parsed === undefined)
    throw fault('BAD_MOUNT', `invalid value ${value} for ${key}`, { hint: base === 8 ? 'Use an octal mode, for instance 0400.' : 'Use a number, not a name.' });
  return parsed;
}

function oneOf<T extends string>(what: string, value: string, valid: readonly T[]): T {
  const lower = value.toLowerCase();
  const found = valid.find((each) => each === lower);
  if (found !== undefined) return found;
  const near = nearest(value, valid, { caseSensitive: true });
  throw fault('BAD_MOUNT', `unsupported ${what} ${JSON.stringify(value)}${near === undefined ? '' : ` (did you mean ${near}?)`}`, {
    hint: `Use one of ${valid.join(', ')}.`,
  });
}

function unexpectedKey(key: string, field: string): Error {
  return fault('BAD_MOUNT', withSuggestion(`unexpected key '${key}' in '${field}'`, key, keys, { caseSensitive: true }), {
    hint: `Keys are ${keys.join(', ')}.`,
  });
}

function orElse(value: string | undefined, fallback: string): string {
  return value === undefined || value === '' ? fallback : value;
}
