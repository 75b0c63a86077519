export { Devices, type Entitlement } from './devices.ts';
export type { ContainerEdits, DeviceHook, DeviceMount, DeviceNode, HookName } from './cdi-spec.ts';
export { DeviceError, deviceError, type DeviceErrorCode } from './error.ts';
