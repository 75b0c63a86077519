export { maxDockerfileBytes, maxIgnoreFileBytes } from './limits.ts';
export { parseIgnoreFile } from './ignore-file.ts';
export { requireBuiltInFrontend, withNewerHint, languageVersion, resolveFrontend, type FrontendImage } from './frontend-image.ts';
export { type Warning, checkDockerfile, checkFault, checkUpToFault } from './checks/check.ts';
export { parseDockerfile, parseWithFaults, type ParseOptions, parseInstruction, type ParsedDockerfile } from './parse.ts';
export type { BaseConfig, CheckContext, GraphFinding } from './checks/context.ts';
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
export type { Rule } from './checks/rule.ts';
