import type { ArgInstruction, KeyValue } from '../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import { builderArgs, type InstructionContext } from './context.ts';

/** A build arg wins over the default, and the default over a global ARG of the name. */
export function convertArg(context: InstructionContext, instruction: ArgInstruction): void {
  const args = instruction.args.map((arg) => declare(context, arg));
  addHistory(context.stage, `ARG ${args.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`)).join(' ')}`);
}

/** Each ARG of a line sees those before it. */
function declare({ conversion, stage, location, expand }: InstructionContext, { key, value, description }: KeyValue): KeyValue {
  const given = Object.hasOwn(conversion.buildArgs, key) ? conversion.buildArgs[key] : undefined;
  const own = given ?? (value === undefined ? undefined : expand(value));
  const result = own ?? conversion.globals.environment.get(key);
  if (result !== undefined && !builderArgs.has(key)) stage.environment.set(key, result);
  const isInherited = own === undefined && result !== undefined;
  if (!isInherited) stage.outline.args.set(key, { name: key, value: result ?? '', description, location, uses: new Set() });
  stage.outline.usedArgs.add(key);
  const arg: KeyValue = { key, ...(result === undefined ? {} : { value: result }) };
  stage.buildArgs.push(arg);
  return arg;
}
