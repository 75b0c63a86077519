import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import type { Healthcheck } from '../../../../core/oci/index.ts';
import { formatDuration, quote, quoteList, quoteNumber } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertHealthcheck({ stage }: InstructionContext, { instruction }: ValuesOf<'healthcheck'>): void {
  const { command, interval = 0, timeout = 0, startPeriod = 0, startInterval = 0, retries = 0 } = instruction;
  const test = command === undefined ? ['NONE'] : command.form === 'exec' ? ['CMD', ...command.args] : ['CMD-SHELL', command.text];
  const healthcheck: Healthcheck = {
    Test: test,
    ...(interval > 0 && { Interval: interval }),
    ...(timeout > 0 && { Timeout: timeout }),
    ...(startPeriod > 0 && { StartPeriod: startPeriod }),
    ...(startInterval > 0 && { StartInterval: startInterval }),
    ...(retries > 0 && { Retries: retries }),
  };
  stage.image.config.Healthcheck = healthcheck;
  const durations = [interval, timeout, startPeriod, startInterval].map((duration) => quote(formatDuration(duration)));
  addHistory(stage, `HEALTHCHECK &{${[quoteList(test), ...durations, quoteNumber(retries)].join(' ')}}`);
}
