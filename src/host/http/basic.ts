interface UserInfo {
  readonly username: string;
  readonly password: string;
}

/** An Authorization header of the Basic scheme (RFC 7617). */
export function basicHeader({ username, password }: UserInfo): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The header for the user and password in a URL; undefined where it has none. */
export function basicHeaderOf({ username, password }: UserInfo): string | undefined {
  return username === '' && password === '' ? undefined : basicHeader({ username: decoded(username), password: decoded(password) });
}

/** A percent sign that encodes nothing stands for itself, as in other programs. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
