/* oxlint-disable no-control-regex -- control characters are what this file is about */
/**
 * Text of a build, made harmless for a terminal: escape sequences, control characters and direction overrides are taken out, so that a hostile log or Dockerfile can
 * neither move the cursor, nor set titles or the clipboard, nor hide what it says. Tabs become blanks. With `colors` the sequences that only set colors stay, and
 * are reset at the end. The text is one line; a newline becomes a blank.
 */
export function harmlessText(text: string, options: { readonly colors?: boolean } = {}): string {
  if (!suspect.test(text)) return text;
  let colored = false;
  const clean = text
    .replace(sequence, (match) => {
      if (options.colors !== true || !colorSequence.test(match)) return '';
      colored = true;
      return match;
    })
    .replace(/\t/g, '    ')
    .replace(/\n/g, ' ')
    .replace(colored ? controlsButEscape : controls, '');
  return colored ? `${clean}\x1b[0m` : clean;
}

/** The same for text of several lines; tabs stay. */
export function harmlessLines(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .split('\t')
        .map((part) => harmlessText(part))
        .join('\t'),
    )
    .join('\n');
}

const suspect = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const controlsButEscape = /[\u0000-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const colorSequence = /^\x1b\[[\d;:]*m$/;
/** ECMA-48: control sequences; command strings (OSC, DCS, SOS, PM, APC) up to their end or the end of the text; other escapes. */
const sequence =
  /(?:\x1b\[|\u009b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|(?:\x1b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\|\u009c)?|\x1b[\x20-\x2f]*[\x30-\x7e]?/g;
