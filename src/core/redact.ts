/**
 * A text as it may be shown: the URLs in it lose their passwords. Of http and https all that stands before the host goes, since a user alone may be a token there; of
 * other schemes, as ssh, the user stays. A password may hold what belongs encoded there, as @ or /.
 */
export function redactURLs(text: string): string {
  return text.includes('//') && text.includes('@') ? text.replaceAll(/[^\s"'`<>]+/g, redactWord) : text;
}

/** As redactURLs, for a text that comes in pieces. */
export class Redactor {
  readonly #show: (text: string) => void;
  /** The beginning of a word. */
  #held = '';
  #isDropping = false;

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  push(piece: string): void {
    const text = this.#isDropping ? piece.replace(/^\S+/, '') : this.#held + piece;
    if (text === '') return;
    this.#isDropping = false;
    let end = text.length;
    while (end > 0 && !/\s/.test(text[end - 1]!)) end--;
    if (end > 0) this.#show(redactURLs(text.slice(0, end)));
    this.#held = text.slice(end);
    if (this.#held.length <= maxWordLength) return;
    // No URL, or none to be shown in parts.
    this.#held = '';
    this.#isDropping = true;
  }

  /** The text is complete. */
  end(): void {
    if (this.#held !== '') this.#show(redactURLs(this.#held));
    this.#held = '';
  }
}

/** Characters of a word that is waited for. */
const maxWordLength = 64 << 10;

function redactWord(word: string): string {
  const lastAt = word.lastIndexOf('@');
  let shown = '';
  let done = 0;
  for (let slashes = word.indexOf('//'); slashes >= 0 && slashes < lastAt; slashes = word.indexOf('//', Math.max(done, slashes + 2))) {
    const scheme = schemeBefore(word, slashes);
    const start = slashes + 2;
    const at = scheme === undefined ? -1 : endOfUserInfo(word, start, lastAt);
    if (at < 0) continue;
    const [user = ''] = word.slice(start, at).split(':', 1);
    const isKept = scheme !== '' && !/^https?$/i.test(scheme!) && user !== '' && !user.includes('@');
    shown += word.slice(done, start) + (isKept ? `${user}@` : '');
    done = at + 1;
  }
  return shown + word.slice(done);
}

/** Empty for `//host`; undefined where the slashes belong to a path. */
function schemeBefore(word: string, slashes: number): string | undefined {
  const before = word.slice(Math.max(0, slashes - 40), slashes);
  return /([a-z][a-z0-9+.-]*):$/i.exec(before)?.[1] ?? (slashes === 0 || /[=(]$/.test(before) ? '' : undefined);
}

/** Where the last @ before the path is; where what follows the first colon is no port, the last one of the word, since a password may hold a slash. Else -1. */
function endOfUserInfo(word: string, start: number, lastAt: number): number {
  let end = start;
  while (end < word.length && !'/?#'.includes(word[end]!)) end++;
  // A search in the whole word would take a time that grows with its square.
  const authority = word.slice(start, end);
  const at = authority.lastIndexOf('@');
  if (at >= 0) return start + at;
  const colon = authority.indexOf(':');
  return colon >= 0 && !/^\d*$/.test(authority.slice(colon + 1)) ? lastAt : -1;
}
