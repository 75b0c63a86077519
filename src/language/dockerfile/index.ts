export { maxDockerfileBytes, maxIgnoreFileBytes } from './limits.ts';
export { parseIgnoreFile } from './ignore-file.ts';
export { requireBuiltInFrontend, withNewerHint, languageVersion, resolveFrontend, type FrontendImage } from './frontend-image.ts';
export { type Warning, checkDockerfile, checkFault, checkTrace, checkUpToFault } from './checks/check.ts';
export { parseDockerfile, parseWithFaults, type ParseOptions, parseInstruction, type ParsedDockerfile } from './parse.ts';
export type { CheckContext } from './checks/context.ts';
export { evaluateDockerfile, evaluateHead, evaluateStages, type FileHead, type StageFacts } from './evaluate/evaluate-dockerfile.ts';
export { evaluateGlobalArgs, type EvaluationInput, type GlobalArgs } from './evaluate/global-args.ts';
export type { BaseConfig } from './evaluate/stage-variables.ts';
export { faultError } from './evaluate/trace-fault.ts';
export { builderArgs, defaultPath, imageVariables, splitVariable, Variables } from './evaluate/variables.ts';
export { workingDir } from './working-dir.ts';
export type {
  ArgValue,
  BaseTrace,
  CopyValues,
  DockerfileTrace,
  FromTrace,
  GlobalArgTrace,
  ImageTrace,
  InstructionTrace,
  InstructionValues,
  Pair,
  StageTrace,
  TraceFault,
  UndefinedName,
  ValuesOf,
  WordTrace,
} from './evaluate/trace.ts';
export type {
  Dockerfile,
  Range,
  Instruction,
  ArgInstruction,
  KeyValue,
  CmdInstruction,
  CopyInstruction,
  EnvInstruction,
  ExposeInstruction,
  HealthcheckInstruction,
  LabelInstruction,
  MaintainerInstruction,
  OnbuildInstruction,
  RunInstruction,
  Command,
  ShellInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
  Stage,
  Position,
  Directive,
  Comment,
  Heredoc,
  Word,
  Flag,
  MountFlag,
  FromInstruction,
} from './ast.ts';
export { valueFaults } from './value-faults.ts';
export { rules } from './checks/rules.ts';
export { DockerfileError, type DockerfileErrorCode } from './error.ts';
export { expandWord, expandWords, expandHeredoc, expandForDisplay, expandKeepQuotes, type ExpandOptions } from './expand.ts';
export { parseChmod, applyChmod, type Chmod, type ChmodClause } from './chmod.ts';
export { parsePort } from './port.ts';
export { parseMount, type Mount, type MountType } from './mount.ts';
export { parseDevice, type Device } from './device.ts';
export { parseHeredocWord, parseHeredocs, stripTabs, type HeredocWord } from './heredoc.ts';
export { checkSignal } from './signal.ts';
export { cleanGoPath as cleanPattern } from '../../core/go/index.ts';
export { ignoreMatcher, type IgnoreMatcher, matchPattern, MatchError, type MatchErrorCode, nearest } from '../../core/match/index.ts';
export { printDockerfile, printInstruction } from './print.ts';
export { parseFlagBool } from './flags.ts';
export { parseDuration } from './duration.ts';
export { detectCheck, detectSyntax, type SyntaxName } from './directive.ts';
export { parseCheckOptions, type CheckOptions } from './check-options.ts';
export type { Rule, RuleInput } from './checks/rule.ts';
