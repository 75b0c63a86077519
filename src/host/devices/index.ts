export type { ContainerEdits, DeviceHook, HookName, DeviceMount, DeviceNode } from './cdi-spec.ts';
export { CdiDevices } from './cdi-devices.ts';
export { DeviceError, deviceError, type DeviceErrorCode } from './error.ts';
