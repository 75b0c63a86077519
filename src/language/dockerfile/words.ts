import { isSpaceCode } from '../../core/go/index.ts';

/** A line cut at blanks outside quotes; quotes and escapes stay in the words. */
export function splitWords(text: string, escape: '\\' | '`'): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let started = false;
  for (let index = 0; index < text.length; index += 1) {
    let char = text[index]!;
    if (quote === '' && isSpaceCode(text.charCodeAt(index))) {
      if (started) words.push(word);
      word = '';
      started = false;
      continue;
    }
    if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === quote) {
      quote = '';
    }
    if (char === escape && quote !== "'") {
      // an escape at the very end of the line stands for nothing
      if (index + 1 === text.length) break;
      word += char;
      index += 1;
      char = text[index]!;
    }
    word += char;
    started = true;
  }
  if (started) words.push(word);
  return words;
}
