import { executorError } from './error.ts';

/** Who a step runs as. */
export interface StepUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, `gid` first. */
  readonly groups: readonly number[];
  readonly home: string;
}

const MAX_ID = 2 ** 31 - 1;

/**
 * Looks up USER in the texts of the image's /etc/passwd and /etc/group ('' where there is none), as docker build does: two numbers are taken as they are, without
 * supplementary groups; a name, or one number, is looked up, and without an explicit group brings its supplementary groups. Errors: EXEC_USER.
 */
export function lookupUser(user: string, passwd: string, group: string): StepUser {
  const [userPart, groupPart] = splitOnce(user);
  const accounts = passwd.split('\n').map(parseAccount);
  const withHome = (uid: number, gid: number, groups: readonly number[]): StepUser => ({
    uid,
    gid,
    groups: [gid, ...groups.filter((other) => other !== gid)],
    home: accounts.find((account) => account?.uid === uid)?.home || '/',
  });
  const uidNumber = parseID(userPart);
  const gidNumber = parseID(groupPart);
  if (user === '') return withHome(0, 0, []);
  if (uidNumber !== undefined && gidNumber !== undefined) return withHome(uidNumber, gidNumber, []);

  const account = accounts.find((row) => row !== undefined && (userPart === '' ? row.uid === 0 : row.name === userPart || row.uid === uidNumber));
  if (!account && userPart !== '' && uidNumber === undefined) {
    throw executorError(
      'EXEC_USER',
      `Cannot run as user ${JSON.stringify(user)}: the image's /etc/passwd has no ${JSON.stringify(userPart)}`,
      'Create the user before USER, or give a number.',
    );
  }
  const uid = account?.uid ?? uidNumber ?? 0;
  const groups = group.split('\n').map(parseGroup);
  if (groupPart === '') {
    const supplementary = account ? groups.filter((row) => row?.members.includes(account.name)).map((row) => row!.gid) : [];
    return withHome(uid, account?.gid ?? 0, supplementary);
  }
  const named = groups.find((row) => row !== undefined && (row.name === groupPart || row.gid === gidNumber));
  const gid = named?.gid ?? gidNumber;
  if (gid === undefined) {
    throw executorError(
      'EXEC_USER',
      `Cannot run as user ${JSON.stringify(user)}: the image's /etc/group has no ${JSON.stringify(groupPart)}`,
      'Create the group before USER, or give a number.',
    );
  }
  return withHome(uid, gid, []);
}

function splitOnce(user: string): [string, string] {
  const colon = user.indexOf(':');
  return colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)];
}

function parseID(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= MAX_ID ? Number(text) : undefined;
}

/** passwd(5). */
function parseAccount(line: string): { name: string; uid: number; gid: number; home: string } | undefined {
  const [name = '', , uid = '', gid = '', , home = ''] = line.trim().split(':');
  const [uidNumber, gidNumber] = [parseID(uid), parseID(gid)];
  return name === '' || uidNumber === undefined ? undefined : { name, uid: uidNumber, gid: gidNumber ?? 0, home };
}

/** group(5). */
function parseGroup(line: string): { name: string; gid: number; members: readonly string[] } | undefined {
  const [name = '', , gid = '', members = ''] = line.trim().split(':');
  const gidNumber = parseID(gid);
  return name === '' || gidNumber === undefined ? undefined : { name, gid: gidNumber, members: members.split(',') };
}
