import type { DoctorReport } from '../../engine/index.ts';
import type { Console } from '../console.ts';
import type { LoadEngine } from '../engine.ts';
import { exitCodes } from '../exit-code.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { helpText } from '../help/help-text.ts';
import { harmlessText } from '../progress/harmless-text.ts';
import { Faults, usageError } from '../usage-error.ts';
import { version } from '../../../core/version.ts';

const table = {
  command: 'ossb doctor',
  flags: [
    { name: 'json', kind: 'bool' },
    { name: 'root', kind: 'string' },
    { name: 'debug', short: 'D', kind: 'bool' },
  ],
} as const;

const levels: Readonly<Record<DoctorReport['level'], string>> = {
  root: 'RUN steps are executed in a private mount namespace, as root',
  rootless: 'RUN steps are executed in a user namespace, without root',
  confined: 'RUN steps are executed in a folder of their own, without namespaces',
  none: 'RUN steps cannot be executed here; Dockerfiles without RUN can be built',
};

/** `ossb doctor`: what this machine allows, and what would allow more. Exit code 1 where RUN cannot be executed. */
export async function doctorCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const faults = new Faults();
  const flags = parseFlags(argv, table, faults);
  if (flags.help) {
    console.stdout.write(helpText('doctor'));
    return exitCodes.done;
  }
  if (flags.args.length > 0) faults.add(usageError('ARGUMENTS', `Cannot use ${JSON.stringify(flags.args[0])}: doctor takes no arguments`));
  faults.throwIfAny();
  const report = await (await loadEngine()).doctor(flags.string('root'));
  const program = { ossb: version, node: process.versions.node, platform: `${process.platform}/${process.arch}` };
  if (flags.bool('json') === true) console.stdout.write(`${JSON.stringify({ ...program, ...report }, undefined, 2)}\n`);
  else console.stdout.write(doctorText(report, `ossb ${program.ossb}, Node ${program.node}, ${program.platform}`, console.stdout.hasColors));
  return report.level === 'none' ? exitCodes.failed : exitCodes.done;
}

export function doctorText(report: DoctorReport, program: string, colors: boolean): string {
  const marks = { ok: ['ok', '32'], warning: ['warning', '33'], missing: ['missing', '31'], info: ['', '0'] } as const;
  const width = Math.max(0, ...report.facts.map((fact) => fact.name.length));
  const facts = report.facts.map((fact) => {
    const [word, color] = marks[fact.state];
    const mark = colors ? `\x1b[${color}m${word.padEnd(8)}\x1b[0m` : word.padEnd(8);
    return `  ${mark} ${fact.name.padEnd(width)}  ${harmlessText(fact.found)}`.trimEnd();
  });
  const advice = report.advice.length === 0 ? [] : ['', 'What would help:', ...report.advice.map((line) => ` - ${harmlessText(line)}`)];
  return [program, `Level: ${report.level}. ${levels[report.level]}.`, '', ...facts, ...advice, ''].join('\n');
}
