import { fault } from './error.ts';

/** Errors: BAD_SIGNAL where STOPSIGNAL names none. */
export function checkSignal(text: string): void {
  if (isSignal(text)) return;
  throw fault('BAD_SIGNAL', `Cannot use STOPSIGNAL ${text}: Invalid signal: ${text}`, { hint: 'Name a signal of Linux, such as SIGTERM, or give its number.' });
}

const names = new Set(
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'.split(
    ' ',
  ),
);

/** A number other than 0, or a name with or without SIG in any case. */
function isSignal(text: string): boolean {
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().replace(/^SIG/, '');
  const realTime = /^RT(?:MIN\+|MAX-)(\d{1,2})$/.exec(name);
  if (realTime !== null) return Number(realTime[1]) >= 1 && Number(realTime[1]) <= (name.startsWith('RTMIN') ? 15 : 14);
  return names.has(name);
}
