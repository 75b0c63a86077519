export { RegistryError, type RegistryErrorCode, type RegistryErrorOptions } from './error.ts';
export { selectPlatform } from './select-platform.ts';
export { RegistryClient, type RegistryClientOptions, type PushBlobOptions, type ResolveOptions, type TransferOptions } from './client.ts';
export type { ManifestDocument } from './manifest.ts';
export type { OnProgress } from './pull-blob.ts';
export { fixedCredentials, type CredentialSource, type Credentials } from './credentials.ts';
export { dockerConfigCredentials, type DockerConfigOptions, type RunProgram } from './docker-config.ts';
export type { Mirrors } from './mirrors.ts';
