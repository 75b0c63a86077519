import * as v from 'valibot';

/** What a value from outside must be. Schemas are asked for faults alone: the value itself is used as it came, so that nothing unknown in it is lost. */
export type Schema = v.GenericSchema;

/** Text without NUL characters. */
export const text: Schema = v.pipe(
  v.string((issue) => `is ${kindOf(issue.input)} and no text`),
  v.check((value) => !value.includes('\0'), 'has a NUL character'),
);

/** Any text. */
export const anyText: Schema = v.string((issue) => `is ${kindOf(issue.input)} and no text`);

export const flag: Schema = v.boolean((issue) => `is ${kindOf(issue.input)} and not true or false`);

export const wholeNumber: Schema = such(Number.isInteger, (input) => `is ${kindOf(input)} and no whole number`);

/** A number of bytes. */
export const sizeBytes: Schema = such(
  (input) => Number.isSafeInteger(input) && (input as number) >= 0,
  () => 'is no size',
);

/** Anything that passes the test; `fault` completes "PLACE ...". */
export function such(test: (input: unknown) => boolean, fault: (input: unknown) => string): Schema {
  return v.custom(test, (issue) => fault(issue.input));
}

/** Undefined and null count as absent, as in Go. */
export function optional(schema: Schema): Schema {
  return v.nullish(schema);
}

export function list(item: Schema): Schema {
  return v.array(item, (issue) => `is ${kindOf(issue.input)} and no list`);
}

/** Members that are not named here are not looked at. Those that are named must be there, unless they are optional. */
export function object(members: Readonly<Record<string, Schema>>): Schema {
  return v.pipe(
    v.custom<object>(isRecord, (issue) => `is ${kindOf(issue.input)} and no object`),
    // Its own issues are members that are not there.
    v.looseObject(members, 'is missing'),
  );
}

/** An object with any keys: `__proto__` and `constructor` too, which the library's own record passes over. */
export function mapOf(item: Schema): Schema {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isRecord, (issue) => `is ${kindOf(issue.input)} and no object`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [key, value] of Object.entries(dataset.value)) {
        const at = { type: 'map', origin: 'value', input: new Map(), key, value } as const;
        for (const { message, path = [] } of v.safeParse(item, value).issues ?? []) addIssue({ message, path: [at, ...path] });
      }
    }),
  );
}

/** Everything that is wrong with a value, each fault with its place: `config.Env[1] is 5 and no text`. */
export function faultsOf(schema: Schema, value: unknown): string[] {
  return (v.safeParse(schema, value).issues ?? []).map(({ path = [], message }) => `${placeOf(path)} ${message}`);
}

function placeOf(path: readonly v.IssuePathItem[]): string {
  const parts = path.map(({ type, key }) => (type === 'map' ? `[${JSON.stringify(key)}]` : type === 'array' ? `[${String(key)}]` : `.${String(key)}`));
  return parts.join('').replace(/^\./, '') || 'it';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return typeof value === 'string' ? 'text' : typeof value === 'object' ? 'an object' : String(value as number | boolean | undefined);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
