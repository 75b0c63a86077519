import type { SourceLocation } from '../../../core/errors.ts';
import type { Dockerfile, Instruction } from '../ast.ts';
import { type CheckOptions, parseCheckComments, parseCheckOptions } from '../check-options.ts';
import { detectCheck } from '../directive.ts';
import { DockerfileError, fault } from '../error.ts';
import type { ParsedDockerfile } from '../parse.ts';
import { evaluateDockerfile } from '../evaluate/evaluate-dockerfile.ts';
import type { DockerfileTrace } from '../evaluate/trace.ts';
import { evaluationInput, type CheckContext } from './context.ts';
import type { Rule, RuleFinding } from './rule.ts';
import { rules } from './rules.ts';

export interface Warning {
  /** For instance `StageNameCasing`. */
  readonly rule: string;
  readonly description: string;
  readonly url: string;
  readonly message: string;
  readonly location: SourceLocation;
}

/** All rules over one file, in the order of its lines. Errors: BAD_CHECK_OPTION. */
export function checkDockerfile(dockerfile: Dockerfile, context: CheckContext = {}): Warning[] {
  const options = checkOptionsOf(dockerfile, context);
  const { stages: needed, baseConfig } = context;
  return warningsOf(dockerfile, evaluateDockerfile(dockerfile, evaluationInput(context), { needed, baseConfig }), options, context);
}

/** All rules over what a build made of a file, in the order of its lines. Errors: BAD_CHECK_OPTION. */
export function checkTrace(dockerfile: Dockerfile, trace: DockerfileTrace, context: Pick<CheckContext, 'buildArgs' | 'ignorePatterns'> = {}): Warning[] {
  return warningsOf(dockerfile, trace, checkOptionsOf(dockerfile, context), context);
}

function warningsOf(dockerfile: Dockerfile, trace: DockerfileTrace, options: CheckOptions, { ignorePatterns = [] }: CheckContext): Warning[] {
  const place = placer(dockerfile);
  const commentsAt = commentReader(dockerfile);
  const warnings = rules.flatMap((rule): Warning[] => {
    const { name, description, url } = rule;
    return Array.from(rule.find({ dockerfile, trace, ignorePatterns }), (finding) => ({ message: finding.message, location: place(finding) }))
      .filter(({ location }) => isOn(rule, options, commentsAt(location)))
      .map(({ message, location }) => ({ rule: name, description, url, message, location }));
  });
  return warnings.sort((a, b) => a.location.startLine - b.location.startLine);
}

/** The warnings of a file that cannot be parsed: those above its first fault, which nothing that is missing from the tree can change. */
export function checkUpToFault({ dockerfile, faults }: ParsedDockerfile, context: CheckContext = {}): Warning[] {
  const firstLine = Math.min(...faults.map(({ location }) => location?.startLine ?? 0));
  try {
    return checkDockerfile(dockerfile, context).filter(({ location }) => location.endLine < firstLine);
  } catch (error) {
    // options that are at fault themselves are reported once the file can be parsed
    if (error instanceof DockerfileError) return [];
    throw error;
  }
}

/** The fault that `# check=error=true` makes of warnings. Errors: BAD_CHECK_OPTION. */
export function checkFault(dockerfile: Dockerfile, warnings: readonly Warning[], context: CheckContext = {}): DockerfileError | undefined {
  if (warnings.length === 0 || !checkOptionsOf(dockerfile, context).error) return undefined;
  const names = [...new Set(warnings.map(({ rule }) => rule))].sort();
  return fault('CHECK_FAILED', `Cannot build ${dockerfile.file}: lint violation found for rules: ${names.join(', ')}`, {
    hint: 'Correct what the warnings report, or take "error=true" out of the "# check=" line.',
    location: warnings[0]!.location,
  });
}

/** BUILDKIT_DOCKERFILE_CHECK stands in for the file's own `# check=`. Errors: BAD_CHECK_OPTION. */
function checkOptionsOf(dockerfile: Dockerfile, { buildArgs = {} }: CheckContext): CheckOptions {
  const given = Object.hasOwn(buildArgs, checkArg) ? buildArgs[checkArg] : undefined;
  return parseCheckOptions(given ?? detectCheck(dockerfile.text) ?? '');
}

const checkArg = 'BUILDKIT_DOCKERFILE_CHECK';

function placer(dockerfile: Dockerfile): (finding: RuleFinding) => SourceLocation {
  const { file, text } = dockerfile;
  return ({ at: { range } }) => ({ file, startLine: range.start.line, endLine: range.end.line, text });
}

/** A rule that is an experiment runs only where it is asked for. A rule that is skipped by name never runs. */
function isOn(rule: Rule, options: CheckOptions, local: CheckOptions | undefined): boolean {
  const all = local === undefined ? [options] : [options, local];
  if (all.some(({ skip }) => skip !== 'all' && skip.includes(rule.name))) return false;
  if (rule.experimental === true) return all.some(({ experimental }) => experimental === 'all' || experimental.includes(rule.name));
  return all.every(({ skip }) => skip !== 'all');
}

/** What the comments above the instruction at a place say. */
function commentReader(dockerfile: Dockerfile): (location: SourceLocation) => CheckOptions | undefined {
  const all: Instruction[] = [...dockerfile.globalArgs, ...dockerfile.stages.flatMap(({ from, instructions }) => [from, ...instructions])];
  return ({ startLine }) => {
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle]!.range.start.line <= startLine) low = middle + 1;
      else high = middle;
    }
    const instruction = all[low - 1];
    return instruction === undefined || instruction.comments.length === 0 ? undefined : parseCheckComments(instruction.comments);
  };
}
