import type { RunOp } from '../graph/index.ts';
import type { ContainerEdits } from '../worker/index.ts';

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

  #devices(): ReturnType<typeof load> {
    return (this.#loading ??= load(this.#folders));
  }
}

async function load(folders: readonly string[] | undefined): Promise<import('../executor/index.ts').CdiDevices> {
  const { CdiDevices } = await import('../executor/index.ts');
  return CdiDevices.load(folders);
}
