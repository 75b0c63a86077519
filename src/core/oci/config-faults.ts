/** What a member of an image config must be. Null counts as absent, as in Go. */
type Shape = (value: unknown, place: string) => string[];

/**
 * Everything that is wrong with the shape of an image config from outside (OCI image spec config.md, with Docker's additions), each fault with its place. Members that
 * are not known are not looked at.
 */
export function configFaults(config: Readonly<Record<string, unknown>>): string[] {
  return members(config, '', {
    architecture: required(text),
    os: required(text),
    variant: text,
    'os.version': text,
    'os.features': list(text),
    created: text,
    author: text,
    config: object({
      User: text,
      ExposedPorts: mapOf(object({})),
      Env: list(text),
      Entrypoint: list(text),
      Cmd: list(text),
      Volumes: mapOf(object({})),
      WorkingDir: text,
      Labels: mapOf(text),
      StopSignal: text,
      ArgsEscaped: flag,
      Healthcheck: object({ Test: list(text), Interval: number, Timeout: number, StartPeriod: number, StartInterval: number, Retries: number }),
      OnBuild: list(text),
      Shell: list(text),
    }),
    history: list(object({ created: text, created_by: text, comment: text, author: text, empty_layer: flag })),
  });
}

function members(value: Readonly<Record<string, unknown>>, prefix: string, shapes: Readonly<Record<string, Shape>>): string[] {
  return Object.entries(shapes).flatMap(([key, shape]) => shape(value[key] ?? undefined, `${prefix}${key}`));
}

function required(shape: Shape): Shape {
  return (value, place) => (value === undefined ? [`${place} is missing`] : shape(value, place));
}

function text(value: unknown, place: string): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'string') return [`${place} is ${kindOf(value)} and no text`];
  return value.includes('\0') ? [`${place} has a NUL character`] : [];
}

function flag(value: unknown, place: string): string[] {
  return value === undefined || typeof value === 'boolean' ? [] : [`${place} is ${kindOf(value)} and not true or false`];
}

function number(value: unknown, place: string): string[] {
  return value === undefined || Number.isInteger(value) ? [] : [`${place} is ${kindOf(value)} and no whole number`];
}

function list(shape: Shape): Shape {
  return (value, place) => {
    if (value === undefined) return [];
    if (!Array.isArray(value)) return [`${place} is ${kindOf(value)} and no list`];
    return value.flatMap((item: unknown, i) => (item === null ? [`${place}[${i}] is null`] : shape(item, `${place}[${i}]`)));
  };
}

function object(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, place) => {
    if (value === undefined) return [];
    return isRecord(value) ? members(value, `${place}.`, shapes) : [`${place} is ${kindOf(value)} and no object`];
  };
}

/** An object with any keys. */
function mapOf(shape: Shape): Shape {
  return (value, place) => {
    if (value === undefined) return [];
    if (!isRecord(value)) return [`${place} is ${kindOf(value)} and no object`];
    return Object.entries(value).flatMap(([key, item]) => shape(item ?? undefined, `${place}[${JSON.stringify(key)}]`));
  };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'text' : typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
