import type { Dockerfile } from '../../../language/dockerfile/index.ts';
import type { GraphRequest } from '../request.ts';

/** What is to be built of a Dockerfile. */
export interface DockerfileRequest extends GraphRequest {
  readonly dockerfile: Dockerfile;
}
