export { RegistryError, type RegistryErrorCode } from './error.ts';
export { selectPlatform } from './select-platform.ts';
export { RegistryClient, type RegistryClientOptions, type PushBlobOptions, type ResolveOptions, type TransferOptions } from './client.ts';
export type { ManifestDocument } from './manifest.ts';
export type { OnProgress } from './pull-blob.ts';
export type { CredentialSource, Credentials } from './credentials.ts';
export { dockerConfigCredentials, type DockerConfigOptions, type RunProgram } from './docker-config.ts';
export type { Mirrors } from './mirrors.ts';
