import type { RunOp } from '../../decide/graph/index.ts';
import type { ContainerEdits } from './cdi-spec.ts';

/** `device=` is followed by `vendor.com/class` or `vendor.com/class=name`. */
export type Entitlement = 'network.host' | 'security.insecure' | 'device' | `device=${string}`;

/** What `RUN --device` asks for, found among what the host has. The host's descriptions are read when the first step asks, once. */
export class Devices {
  readonly #folders: readonly string[] | undefined;
  #loading: ReturnType<typeof load> | undefined;

  /** `folders` hold the files of the Container Device Interface. Default: those where BuildKit looks. */
  constructor(folders: readonly string[] | undefined) {
    this.#folders = folders;
  }

  /** What the devices do to a container; undefined where none is there and none is required. Errors: DEVICE_INVALID, DEVICE_MISSING. */
  async edits(wanted: RunOp['devices']): Promise<ContainerEdits | undefined> {
    const devices = await this.#devices();
    const names = wanted.flatMap((device) => devices.find(device));
    return names.length === 0 ? undefined : devices.edits(names);
  }

  /** The names of the devices that a build must be allowed to have. Errors: DEVICE_INVALID, DEVICE_MISSING. */
  async needed(wanted: RunOp['devices']): Promise<string[]> {
    const devices = await this.#devices();
    return wanted.flatMap((device) => devices.find(device)).filter((name) => !devices.isAutoAllowed(name));
  }

  /** Whether a device is among those that the entitlements name: all, all of a kind, or as RUN --device names them. Errors: DEVICE_INVALID. */
  async allowed(entitlements: readonly Entitlement[]): Promise<(name: string) => boolean> {
    if (entitlements.includes('device')) return () => true;
    const devices = await this.#devices();
    const wanted = entitlements.flatMap((entitlement) => (entitlement.startsWith('device=') ? [entitlement.slice('device='.length)] : []));
    // A kind alone allows all of them here, where RUN --device takes the first.
    const names = new Set(wanted.flatMap((name) => devices.find({ name: name.includes('=') ? name : `${name}=*`, required: false })));
    return (name) => names.has(name);
  }

  #devices(): ReturnType<typeof load> {
    return (this.#loading ??= load(this.#folders));
  }
}

async function load(folders: readonly string[] | undefined): Promise<import('./cdi-devices.ts').CdiDevices> {
  const { CdiDevices } = await import('./cdi-devices.ts');
  return CdiDevices.load(folders);
}
