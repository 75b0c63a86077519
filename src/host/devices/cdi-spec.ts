import { deviceError } from './error.ts';

/** CDI SPEC.md, `deviceNodes`. What is absent is as on the host. */
export interface DeviceNode {
  /** In the container. */
  readonly path: string;
  readonly hostPath: string;
  /** `b`, `c` or `u` of a device, `p` of a fifo. */
  readonly type?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly fileMode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** CDI SPEC.md, `mounts`. */
export interface DeviceMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly type?: string;
  readonly options: readonly string[];
}

/** CDI SPEC.md, `hooks`, which are those of runtime-spec config.md. */
export interface DeviceHook {
  readonly hookName: HookName;
  readonly path: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly timeout?: number;
}

export type HookName = (typeof hookNames)[number];
const hookNames = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const;

/** CDI SPEC.md, `containerEdits`: what a device does to the container that it is given to. */
export interface ContainerEdits {
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly deviceNodes: readonly DeviceNode[];
  readonly mounts: readonly DeviceMount[];
  readonly hooks: readonly DeviceHook[];
  readonly additionalGids: readonly number[];
}

export interface CdiDevice {
  readonly name: string;
  /** Those of the file and, over them, the device's own. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly edits: ContainerEdits;
}

/** One file of the Container Device Interface. */
export interface CdiSpec {
  readonly path: string;
  /** `vendor.com/class` */
  readonly kind: string;
  readonly devices: readonly CdiDevice[];
  /** Made once, whichever of the devices are given. */
  readonly edits: ContainerEdits;
}

const vendorPattern = /^[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const classPattern = /^[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?$/;
const devicePattern = /^[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?$/;

/** Whether a text is `vendor.com/class`. */
export function isDeviceKind(kind: string): boolean {
  const [vendor = '', className = '', ...rest] = kind.split('/');
  return rest.length === 0 && vendorPattern.test(vendor) && classPattern.test(className);
}

/** Errors: CDI_INVALID, with every fault of the document. */
export function parseCdiSpec(path: string, document: unknown): CdiSpec {
  const reader = new Reader(path);
  const spec = reader.object(document, 'the file');
  if (typeof spec['cdiVersion'] !== 'string') reader.fault('cdiVersion is no text');
  const kind = reader.text(spec['kind'], 'kind');
  if (!isDeviceKind(kind)) reader.fault(`kind ${JSON.stringify(kind)} is not vendor.com/class`);
  const annotations = reader.texts(spec['annotations'], 'annotations');
  const edits = readEdits(spec['containerEdits'], 'containerEdits', reader);
  const list = reader.list(spec['devices'], 'devices');
  if (list.length === 0) reader.fault('devices is empty');
  const devices = list.map((entry, number): CdiDevice => {
    const where = `devices[${number}]`;
    const device = reader.object(entry, where);
    const name = reader.text(device['name'], `${where}.name`);
    if (!devicePattern.test(name)) reader.fault(`${where}.name ${JSON.stringify(name)} is not the name of a device`);
    return {
      name,
      annotations: { ...annotations, ...reader.texts(device['annotations'], `${where}.annotations`) },
      edits: readEdits(device['containerEdits'], `${where}.containerEdits`, reader),
    };
  });
  reader.end();
  return { path, kind, devices, edits };
}

function readEdits(value: unknown, where: string, reader: Reader): ContainerEdits {
  const edits = value === undefined ? {} : reader.object(value, where);
  for (const name of Object.keys(edits)) {
    if (!knownEdits.has(name)) reader.fault(`${where}.${name} is not known to this version`);
  }
  const each = <T>(name: string, read: (entry: Record<string, unknown>, at: string) => T): T[] =>
    reader
      .list(edits[name], `${where}.${name}`)
      .map((entry, number) => read(reader.object(entry, `${where}.${name}[${number}]`), `${where}.${name}[${number}]`));
  const gids = reader.list(edits['additionalGids'] ?? edits['additionalGIDs'], `${where}.additionalGids`);
  return {
    env: reader.environment(edits['env'], `${where}.env`),
    deviceNodes: each('deviceNodes', (entry, at) => readNode(entry, at, reader)),
    mounts: each('mounts', (entry, at) => readMount(entry, at, reader)),
    hooks: each('hooks', (entry, at) => readHook(entry, at, reader)),
    additionalGids: gids.map((gid, number) => reader.count(gid, `${where}.additionalGids[${number}]`)),
  };
}

const knownEdits: ReadonlySet<string> = new Set(['env', 'deviceNodes', 'mounts', 'hooks', 'additionalGids', 'additionalGIDs']);

function readNode(entry: Record<string, unknown>, at: string, reader: Reader): DeviceNode {
  reader.known(entry, at, ['path', 'hostPath', 'type', 'major', 'minor', 'fileMode', 'permissions', 'uid', 'gid']);
  // There is no device cgroup of the step to hold less in.
  if (entry['permissions'] !== undefined) reader.oneOf(entry['permissions'], ['', 'rw', 'rwm'], `${at}.permissions`);
  const path = reader.path(entry['path'], `${at}.path`);
  const number = (name: 'major' | 'minor' | 'fileMode' | 'uid' | 'gid'): Record<string, number> =>
    entry[name] === undefined ? {} : { [name]: reader.count(entry[name], `${at}.${name}`) };
  const type = entry['type'] === undefined ? undefined : reader.oneOf(entry['type'], ['', 'b', 'c', 'u', 'p'], `${at}.type`);
  return {
    path,
    hostPath: entry['hostPath'] === undefined || entry['hostPath'] === '' ? path : reader.path(entry['hostPath'], `${at}.hostPath`),
    ...(type === undefined || type === '' ? {} : { type }),
    ...number('major'),
    ...number('minor'),
    ...number('fileMode'),
    ...number('uid'),
    ...number('gid'),
  };
}

function readMount(entry: Record<string, unknown>, at: string, reader: Reader): DeviceMount {
  reader.known(entry, at, ['hostPath', 'containerPath', 'type', 'options']);
  return {
    hostPath: reader.path(entry['hostPath'], `${at}.hostPath`),
    containerPath: reader.path(entry['containerPath'], `${at}.containerPath`),
    ...(entry['type'] === undefined ? {} : { type: reader.oneOf(entry['type'], ['', 'none', 'bind', 'tmpfs'], `${at}.type`) }),
    options: reader.textList(entry['options'], `${at}.options`),
  };
}

function readHook(entry: Record<string, unknown>, at: string, reader: Reader): DeviceHook {
  reader.known(entry, at, ['hookName', 'path', 'args', 'env', 'timeout']);
  const name = reader.text(entry['hookName'], `${at}.hookName`);
  const hookName = hookNames.find((known) => known === name);
  if (hookName === undefined) reader.fault(`${at}.hookName ${JSON.stringify(name)} is none of ${hookNames.join(', ')}`);
  return {
    hookName: hookName ?? 'createRuntime',
    path: reader.path(entry['path'], `${at}.path`),
    args: reader.textList(entry['args'], `${at}.args`),
    env: reader.environment(entry['env'], `${at}.env`),
    ...(entry['timeout'] === undefined ? {} : { timeout: reader.count(entry['timeout'], `${at}.timeout`) }),
  };
}

/** Reads a document, and gathers what is wrong with it. */
class Reader {
  readonly #path: string;
  readonly #faults: string[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  fault(found: string): void {
    this.#faults.push(found);
  }

  end(): void {
    if (this.#faults.length === 0) return;
    throw deviceError(
      'CDI_INVALID',
      `Cannot use the devices of ${this.#path}: ${this.#faults.join('; ')}`,
      'Correct the file, or have its vendor tool write it again.',
    );
  }

  object(value: unknown, where: string): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    this.fault(`${where} is no object`);
    return {};
  }

  list(value: unknown, where: string): unknown[] {
    if (Array.isArray(value)) return value;
    if (value !== undefined && value !== null) this.fault(`${where} is no list`);
    return [];
  }

  text(value: unknown, where: string): string {
    if (typeof value === 'string') return value;
    this.fault(`${where} is no text`);
    return '';
  }

  texts(value: unknown, where: string): Record<string, string> {
    if (value === undefined || value === null) return {};
    return Object.fromEntries(Object.entries(this.object(value, where)).map(([key, text]) => [key, this.text(text, `${where}.${key}`)]));
  }

  textList(value: unknown, where: string): string[] {
    return this.list(value, where).map((entry, number) => this.text(entry, `${where}[${number}]`));
  }

  /** `NAME=value` each. */
  environment(value: unknown, where: string): string[] {
    const list = this.textList(value, where);
    for (const entry of list) if (entry !== '' && entry.indexOf('=') < 1) this.fault(`${where} has ${JSON.stringify(entry)}, which is not NAME=value`);
    return list;
  }

  oneOf(value: unknown, words: readonly string[], where: string): string {
    const text = this.text(value, where);
    if (!words.includes(text)) this.fault(`${where} ${JSON.stringify(text)} is none of ${words.filter(Boolean).join(', ')}`);
    return text;
  }

  /** What is not known could mean less than would be given. */
  known(entry: Record<string, unknown>, where: string, names: readonly string[]): void {
    for (const name of Object.keys(entry)) if (!names.includes(name)) this.fault(`${where}.${name} is not known to this version`);
  }

  path(value: unknown, where: string): string {
    const path = this.text(value, where);
    if (typeof value === 'string' && !path.startsWith('/')) this.fault(`${where} ${JSON.stringify(path)} is not absolute`);
    return path;
  }

  count(value: unknown, where: string): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.fault(`${where} is no number of 0 or more`);
    return 0;
  }
}
