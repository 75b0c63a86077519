import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeviceKind, parseCdiSpec, type CdiDevice, type CdiSpec, type ContainerEdits } from './cdi-spec.ts';
import { deviceError } from './error.ts';

/** Where vendors put their files, as BuildKit looks for them: what a later folder says of a device goes over an earlier one's. */
const cdiFolders: readonly string[] = ['/etc/cdi', '/var/run/cdi', '/etc/buildkit/cdi'];

/** A file larger than this is refused. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const classAnnotation = 'org.mobyproject.buildkit.device.class';
const autoAllowAnnotation = 'org.mobyproject.buildkit.device.autoallow';

interface Registered {
  readonly spec: CdiSpec;
  readonly device: CdiDevice;
}

/** The devices of this host that the Container Device Interface describes (CDI SPEC.md). */
export class CdiDevices {
  readonly #devices: ReadonlyMap<string, Registered>;
  readonly #faults: readonly string[];
  readonly #folders: readonly string[];

  /** `faults` are reported where a device is missing. */
  private constructor(folders: readonly string[], devices: ReadonlyMap<string, Registered>, faults: readonly string[]) {
    this.#folders = folders;
    this.#devices = devices;
    this.#faults = faults;
  }

  /** Reads all `.json`, `.yaml` and `.yml` files of the folders. Folders that are not there are skipped; a file at fault matters only to who misses a device. */
  static async load(folders: readonly string[] = cdiFolders): Promise<CdiDevices> {
    const devices = new Map<string, Registered>();
    const faults: string[] = [];
    for (const folder of folders) {
      const here = new Map<string, Registered>();
      const twice = new Set<string>();
      for (const file of listFiles(folder)) {
        try {
          const spec = parseCdiSpec(file, await readDocument(file));
          for (const device of spec.devices) {
            const name = `${spec.kind}=${device.name}`;
            const other = here.get(name);
            if (other !== undefined) {
              twice.add(name);
              faults.push(`${name} is in ${other.spec.path} and in ${file}`);
            }
            here.set(name, { spec, device });
          }
        } catch (error) {
          faults.push(error instanceof Error ? error.message : String(error));
        }
      }
      for (const [name, registered] of here) if (!twice.has(name)) devices.set(name, registered);
      for (const name of twice) devices.delete(name);
    }
    return new CdiDevices(folders, new Map([...devices].sort(([a], [b]) => (a < b ? -1 : 1))), faults);
  }

  /**
   * The devices that `RUN --device` asks for: `vendor.com/class=name`, `=*` for all of a class, `vendor.com/class` for its first, or a name that is the class
   * annotation of some. None where they are optional and missing. Errors: DEVICE_INVALID, DEVICE_MISSING.
   */
  find(wanted: { readonly name: string; readonly required: boolean }): string[] {
    const [kind, name] = splitName(wanted.name);
    if (!isDeviceKind(kind))
      throw deviceError(
        'DEVICE_INVALID',
        `Cannot find device ${JSON.stringify(wanted.name)}: it is not vendor.com/class=name`,
        'Write it as --device=vendor.com/class=name.',
      );
    const ofKind = [...this.#devices.keys()].filter((key) => key.startsWith(`${kind}=`));
    let found: string[];
    if (name === '') found = ofKind.slice(0, 1);
    else if (name === '*') found = ofKind;
    else if (this.#devices.has(wanted.name)) found = [wanted.name];
    else found = ofKind.filter((key) => this.#devices.get(key)!.device.annotations[classAnnotation] === name);
    if (found.length === 0 && wanted.required) throw this.#missing(wanted.name);
    return found;
  }

  /** Whether the device's file lets every build have it. */
  isAutoAllowed(name: string): boolean {
    return /^(1|t|true)$/i.test(this.#devices.get(name)?.device.annotations[autoAllowAnnotation] ?? '');
  }

  /** What the devices of these names, found before, do to a container. */
  edits(names: Iterable<string>): ContainerEdits {
    const specs = new Set<CdiSpec>();
    const all: ContainerEdits[] = [];
    for (const name of new Set(names)) {
      const { spec, device } = this.#devices.get(name)!;
      if (!specs.has(spec)) all.push(spec.edits);
      specs.add(spec);
      all.push(device.edits);
    }
    return {
      env: lastOfEach(all.flatMap(({ env }) => env)),
      deviceNodes: all.flatMap(({ deviceNodes }) => deviceNodes),
      mounts: all.flatMap(({ mounts }) => mounts),
      hooks: all.flatMap(({ hooks }) => hooks),
      additionalGids: [...new Set(all.flatMap(({ additionalGids }) => additionalGids))],
    };
  }

  #missing(name: string): Error {
    const known = [...this.#devices.keys()];
    const hint = [
      known.length === 0 ? `No device is described in ${this.#folders.join(', ')}.` : `There are: ${known.slice(0, 10).join(', ')}.`,
      ...this.#faults.map((fault) => `${fault}.`),
    ];
    return deviceError('DEVICE_MISSING', `Cannot find the required device ${JSON.stringify(name)}: this host describes none of that name`, hint.join(' '));
  }
}

/** Of several entries for one name, the last. */
function lastOfEach(env: readonly string[]): string[] {
  return [...new Map(env.map((entry) => [entry.split('=', 1)[0]!, entry])).values()];
}

function splitName(name: string): [string, string] {
  const cut = name.indexOf('=');
  return cut < 0 ? [name, ''] : [name.slice(0, cut), name.slice(cut + 1)];
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(json|ya?ml)$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function readDocument(file: string): Promise<unknown> {
  if (statSync(file).size > MAX_FILE_BYTES) throw deviceError('CDI_INVALID', `Cannot use the devices of ${file}: it is larger than ${MAX_FILE_BYTES} bytes`);
  const text = readFileSync(file, 'utf8');
  try {
    if (file.endsWith('.json')) return JSON.parse(text) as unknown;
    const { parse } = await import('yaml');
    return parse(text) as unknown;
  } catch (error) {
    throw deviceError('CDI_INVALID', `Cannot use the devices of ${file}: ${error instanceof Error ? error.message : String(error)}`, undefined, error);
  }
}
