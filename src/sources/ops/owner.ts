import { resolvePath, type ContentSource, type FileTree } from '../../core/tree/index.ts';
import { OpsError } from './error.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Where the bytes of a file come from. */
export type ReadContent = (source: ContentSource) => AsyncIterable<Uint8Array>;

/**
 * The owner that `--chown` or USER names: `user`, `user:group`, `:group`, each a name or a number. A number alone is the group too; a user name brings its group.
 * Names are looked up in the tree's /etc/passwd and /etc/group; a name that is not there is 0, as BuildKit has it. Errors: OWNER_INVALID.
 */
export async function lookupOwner(text: string, tree: FileTree | undefined, readContent: ReadContent): Promise<Owner> {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  const owner = { uid: 0, gid: 0 };
  const userID = numberOf(user, text);
  if (userID !== undefined) {
    owner.uid = userID;
    owner.gid = userID;
  } else {
    const fields = await findLine('etc/passwd', user, tree, readContent, text);
    owner.uid = Number.parseInt(fields?.[2] ?? '', 10) || 0;
    owner.gid = Number.parseInt(fields?.[3] ?? '', 10) || 0;
  }
  if (colon >= 0) {
    const group = text.slice(colon + 1);
    const groupID = numberOf(group, text);
    if (groupID !== undefined) owner.gid = groupID;
    else {
      const fields = await findLine('etc/group', group, tree, readContent, text);
      if (fields !== undefined) owner.gid = Number.parseInt(fields[2] ?? '', 10) || 0;
    }
  }
  return owner;
}

function numberOf(name: string, text: string): number | undefined {
  if (name === '' || name === 'root') return 0;
  if (!/^[+-]?\d+$/.test(name)) return undefined;
  const id = Number(name);
  if (id < 0 || id > 0x7fff_ffff) throw invalid(text, `${name} is out of range`, 'User and group numbers go from 0 to 2147483647.');
  return id;
}

async function findLine(path: string, name: string, tree: FileTree | undefined, readContent: ReadContent, text: string): Promise<string[] | undefined> {
  if (tree === undefined) {
    throw invalid(text, 'with --link there is no /etc/passwd to look names up in', 'Give numbers, as --chown=1000:1000, or leave --link out.');
  }
  const { node } = await resolvePath(tree, path);
  if (node?.type !== 'file' && node?.type !== 'hardlink') return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readContent(await tree.content(node))) {
    size += chunk.length;
    if (size > maximumFileBytes) throw invalid(text, `/${path} is larger than ${maximumFileBytes} bytes`, undefined);
    chunks.push(chunk);
  }
  for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) {
    const fields = line.trim().split(':');
    if (fields[0] === name && fields.length > 1) return fields;
  }
  return undefined;
}

function invalid(text: string, found: string, hint: string | undefined): OpsError {
  return new OpsError('OWNER_INVALID', `Cannot use owner ${JSON.stringify(text)}: ${found}`, { family: 'validation', hint });
}

/** Hostile images can hold anything at /etc/passwd. */
const maximumFileBytes = 16 * 1024 * 1024;
