/** Replaces known secret values in a stream of output by `***`, also where a value is cut in two by the chunks. */
export class Masker {
  readonly #values: Buffer[];
  readonly #keep: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly Uint8Array[]) {
    const lines = secrets.flatMap((secret) => {
      const whole = Buffer.from(secret);
      const trimmed = Buffer.from(whole.toString('latin1').trim(), 'latin1');
      return [
        whole,
        trimmed,
        ...trimmed
          .toString('latin1')
          .split(/\r?\n/)
          .filter((line) => line.length >= 16)
          .map((line) => Buffer.from(line, 'latin1')),
      ];
    });
    this.#values = lines.filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
    this.#keep = Math.max(0, ...this.#values.map((value) => value.length - 1));
  }

  push(data: Uint8Array): Uint8Array {
    if (this.#values.length === 0) return data;
    let text = Buffer.concat([this.#rest, data]);
    for (const value of this.#values) text = replaceAll(text, value);
    const cut = text.length - this.#possibleStart(text);
    this.#rest = Buffer.from(text.subarray(cut));
    return text.subarray(0, cut);
  }

  end(): Uint8Array {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }

  /** How many last bytes may be the start of a value. */
  #possibleStart(text: Buffer): number {
    let longest = 0;
    for (const value of this.#values) {
      for (let n = Math.min(value.length - 1, text.length, this.#keep); n > longest; n -= 1) {
        if (text.subarray(text.length - n).equals(value.subarray(0, n))) longest = n;
      }
    }
    return longest;
  }
}

const mark = Buffer.from('***');

function replaceAll(text: Buffer, value: Buffer): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, from)) {
    parts.push(text.subarray(from, at), mark);
    from = at + value.length;
  }
  return Buffer.concat([...parts, text.subarray(from)]);
}
