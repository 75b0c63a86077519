import type { BuildRequest } from './request.ts';
import type { Settings } from './settings.ts';

/** `--build-arg NAME` takes its value from the environment, and is left out where that has none. SOURCE_DATE_EPOCH is taken from there unasked, as buildx does. */
export function givenBuildArgs(request: BuildRequest, settings: Settings): Record<string, string> {
  const epoch = settings.env['SOURCE_DATE_EPOCH'];
  const given = Object.entries(request.buildArgs ?? {}).flatMap(([name, value]): [string, string][] => {
    const found = value ?? settings.env[name];
    return found === undefined ? [] : [[name, found]];
  });
  return { ...(epoch === undefined || epoch === '' ? {} : { SOURCE_DATE_EPOCH: epoch }), ...Object.fromEntries(given) };
}
