import type { SecretSource } from '../../request/index.ts';
import { usageError } from '../usage-error.ts';
import { parseCsvFields } from './csv.ts';

/** `--secret id=ID[,src=PATH|,env=NAME][,type=file|env]`. With the id alone, the environment variable of that name is taken, else the file of that name. */
export function parseSecret(text: string, env: Readonly<Record<string, string | undefined>>): { readonly id: string; readonly source: SecretSource } {
  // The value is a path or a name, but a user may have pasted the secret itself: errors do not repeat it
  const fail = (found: string): Error =>
    usageError('FLAG_VALUE', `Cannot use --secret: ${found}`, 'Write it as --secret id=NAME,src=FILE or --secret id=NAME,env=VARIABLE.');
  let id: string | undefined;
  let path: string | undefined;
  let variable: string | undefined;
  let type: string | undefined;
  for (const { key, value } of parseCsvFields(text, '--secret')) {
    if (value === undefined) throw fail('each field is key=value');
    switch (key) {
      case 'id':
        id = value;
        break;
      case 'src':
      case 'source':
        path = value;
        break;
      case 'env':
        variable = value;
        break;
      case 'type':
        if (value !== 'file' && value !== 'env') throw fail('the type is neither file nor env');
        type = value;
        break;
      default:
        throw fail(`there is no field ${JSON.stringify(key)}`);
    }
  }
  if (id === undefined || id === '') throw fail('the id is missing');
  if (type === 'env' && variable === undefined) [variable, path] = [path ?? id, undefined];
  if (type === 'file' && variable !== undefined) throw fail(`${JSON.stringify(id)} is of type file and names a variable`);
  if (path !== undefined && variable !== undefined) throw fail(`${JSON.stringify(id)} has both a file and a variable`);
  if (variable !== undefined) return { id, source: { kind: 'env', name: variable } };
  if (path !== undefined) return { id, source: { kind: 'file', path } };
  return { id, source: type === undefined && env[id] !== undefined ? { kind: 'env', name: id } : { kind: 'file', path: id } };
}
