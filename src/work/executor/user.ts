import { executorError } from '../protocol/index.ts';

/** Who a step runs as. */
export interface StepUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, `gid` first. */
  readonly groups: readonly number[];
  readonly home: string;
}

/** Of two numbers that are taken as they are; 2^32 - 1 means "no id" to the kernel. */
const MAX_PLAIN_ID = 2 ** 32 - 2;
/** Of a number that is looked up. */
const MAX_ID = 2 ** 31 - 1;

/**
 * Looks up USER in the texts of the image's /etc/passwd and /etc/group ('' where there is none), as docker build does: two numbers are taken as they are, without
 * supplementary groups; a name, or one number, is looked up, and without an explicit group brings its supplementary groups. No user at all is uid 0. Errors: EXEC_USER.
 */
export function lookupUser(user: string, passwd: string, group: string): StepUser {
  const [userPart, groupPart] = splitOnce(user);
  const accounts = passwd.split('\n').map(parseAccount);
  const withHome = (uid: number, gid: number, groups: readonly number[]): StepUser => ({
    uid,
    gid,
    groups: [...new Set([gid, ...groups])],
    home: accounts.find((account) => account?.uid === uid)?.home ?? '/',
  });
  const plain = [userPart, groupPart].map((part) => (/^\d+$/.test(part) && Number(part) <= MAX_PLAIN_ID ? Number(part) : undefined));
  if (plain[0] !== undefined && plain[1] !== undefined) return withHome(plain[0], plain[1], []);

  const uidNumber = userPart === '' ? 0 : parseID(userPart);
  const account = accounts.find((row) => row !== undefined && ((userPart !== '' && row.name === userPart) || row.uid === uidNumber));
  const uid = account?.uid ?? uidNumber;
  if (uid === undefined) throw unknown('passwd', user, userPart);
  const groups = group.split('\n').map(parseGroup);
  if (groupPart === '') {
    const supplementary = account && account.name !== '' ? groups.filter((row) => row?.members.includes(account.name)).map((row) => row!.gid) : [];
    return withHome(uid, account?.gid ?? 0, supplementary);
  }
  const gidNumber = parseID(groupPart);
  const gid = groups.find((row) => row !== undefined && (row.name === groupPart || row.gid === gidNumber))?.gid ?? gidNumber;
  if (gid === undefined) throw unknown('group', user, groupPart);
  return withHome(uid, gid, []);
}

function unknown(table: 'passwd' | 'group', user: string, part: string): Error {
  const what = table === 'passwd' ? 'user' : 'group';
  return executorError(
    'EXEC_USER',
    /^[+-]?\d+$/.test(part)
      ? `Cannot run as user ${JSON.stringify(user)}: ${part} is not a number from 0 to ${MAX_ID}`
      : `Cannot run as user ${JSON.stringify(user)}: the image's /etc/${table} has no ${JSON.stringify(part)}`,
    `Create the ${what} before USER, or give a number.`,
  );
}

function splitOnce(user: string): [string, string] {
  const colon = user.indexOf(':');
  return colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)];
}

function parseID(text: string): number | undefined {
  return /^\+?\d+$/.test(text) && Number(text) <= MAX_ID ? Number(text) : undefined;
}

/** A number of a table: what is no number at all is 0, as docker build has it; undefined for one that is no id. */
function parseTableID(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? parseID(text) : 0;
}

/** passwd(5). Fields at the end may be missing. */
function parseAccount(line: string): { name: string; uid: number; gid: number; home: string } | undefined {
  const text = line.trim();
  const [name = '', , uid = '', gid = '', , home = ''] = text.split(':');
  const [uidNumber, gidNumber] = [parseTableID(uid), parseTableID(gid)];
  return text === '' || uidNumber === undefined ? undefined : { name, uid: uidNumber, gid: gidNumber ?? 0, home };
}

/** group(5). Fields at the end may be missing; lines that begin with # are comments, which those of /etc/passwd are not. */
function parseGroup(line: string): { name: string; gid: number; members: readonly string[] } | undefined {
  const text = line.trim();
  const [name = '', , gid = '', members = ''] = text.split(':');
  const gidNumber = parseTableID(gid);
  return text === '' || text.startsWith('#') || gidNumber === undefined ? undefined : { name, gid: gidNumber, members: members.split(',') };
}
