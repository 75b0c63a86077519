export { checkContextFolder, readIgnoreFile, dockerfileNames, readDockerfile, type DockerfileInput, type IgnoreInput } from './inputs.ts';
export { StandardInput } from './standard-input.ts';
export { Contexts } from './contexts.ts';
