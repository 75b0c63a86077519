import type { SshSource } from '../../request/index.ts';
import { usageError } from '../usage-error.ts';

/** `--ssh default|ID[=SOCKET|KEY[,KEY...]]`. */
export function parseSsh(text: string): SshSource {
  const equals = text.indexOf('=');
  const id = equals < 0 ? text : text.slice(0, equals);
  const paths = equals < 0 ? [] : text.slice(equals + 1).split(',');
  if (id === '' || paths.includes('')) {
    throw usageError(
      'FLAG_VALUE',
      `Cannot use --ssh ${JSON.stringify(text)}: ${id === '' ? 'the id' : 'a path'} is missing`,
      'Write it as --ssh default or --ssh ID=KEYFILE.',
    );
  }
  return { id, paths };
}
