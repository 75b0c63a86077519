import { expandWord, type Dockerfile } from '../../language/dockerfile/index.ts';
import { formatPlatform, type Platform } from '../../core/oci/index.ts';
import { Environment } from './environment.ts';
import { atLocation } from './error.ts';
import { locate } from './location.ts';
import { StageOutline } from './outline-record.ts';

export interface GlobalArgs {
  readonly environment: Environment;
  /** The ARGs before the first FROM. */
  readonly outline: StageOutline;
}

/** The variables that FROM may use and that stages inherit by `ARG name`. */
export function globalArgs(
  dockerfile: Dockerfile,
  platforms: { build: Platform; target: Platform; stage: string },
  buildArgs: Readonly<Record<string, string>>,
): GlobalArgs {
  const environment = platformArgs(platforms, buildArgs);
  const outline = new StageOutline();
  for (const instruction of dockerfile.globalArgs) {
    const location = locate(dockerfile, instruction.range);
    for (const { key, value, description } of instruction.args) {
      const uses = new Set<string>();
      const given = Object.hasOwn(buildArgs, key) ? buildArgs[key] : undefined;
      let result = given;
      if (given === undefined && value !== undefined) {
        try {
          result = expandWord(value, { escape: dockerfile.escape, lookup: (name) => environment.get(name), onMatched: (name) => uses.add(name) });
        } catch (error) {
          throw atLocation(error, location);
        }
        if (uses.delete(key)) for (const name of outline.args.get(key)?.uses ?? []) uses.add(name);
      }
      if (result !== undefined) environment.set(key, result);
      outline.args.set(key, { name: key, value: result ?? '', description, location, uses });
    }
  }
  return { environment, outline };
}

/** The platform ARGs and TARGETSTAGE; a build arg of the name wins. */
function platformArgs(platforms: { build: Platform; target: Platform; stage: string }, buildArgs: Readonly<Record<string, string>>): Environment {
  const { build, target, stage } = platforms;
  const values: readonly [string, string][] = [
    ['BUILDPLATFORM', formatPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', build['os.version'] ?? ''],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant ?? ''],
    ['TARGETPLATFORM', formatPlatform(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', target['os.version'] ?? ''],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant ?? ''],
    ['TARGETSTAGE', stage],
  ];
  return new Environment(values.map(([name, value]) => [name, Object.hasOwn(buildArgs, name) ? (buildArgs[name] ?? '') : value]));
}
