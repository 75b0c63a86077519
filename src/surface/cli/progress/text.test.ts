/* oxlint-disable no-control-regex -- control characters are what is tested */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { harmlessLines, harmlessText } from './harmless-text.ts';
import { formatAgo, formatBytes, formatOffset, formatSeconds } from './quantity.ts';
import { textWidth, truncateText } from './text-width.ts';

const hostile: readonly (readonly [text: string, harmless: string])[] = [
  ['plain', 'plain'],
  ['ünïcode 漢字 🎉', 'ünïcode 漢字 🎉'],
  ['\u001b[2J\u001b[1;1Hgone', 'gone'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007after', 'after'],
  ['\u001b]0;title\u001b\\after', 'after'],
  ['\u001b]52;c;ZXZpbA==', ''],
  ['\u001bP$q\u001b\\x', 'x'],
  ['\u001bcreset', 'reset'],
  ['\u001b(0lines', 'lines'],
  ['\u009b31mx', 'x'],
  ['\u009d0;t\u009cx', 'x'],
  ['a\bb\u0007c\u007fd\u0000', 'abcd'],
  ['a\tb', 'a    b'],
  ['a\nb\r', 'a b'],
  ['user\u202egnp.exe', 'usergnp.exe'],
  ['\u001b', ''],
  ['\u001b[', ''],
  ['\u001b\u001b[31m', ''],
];
for (const [text, harmless] of hostile) test(`harmlessText: ${JSON.stringify(text)}`, () => assert.equal(harmlessText(text), harmless));

test('harmlessText: with colors only color sequences stay, and they are reset', () => {
  assert.equal(harmlessText('\u001b[1;31mred\u001b[0m \u001b[2J\u001b[?25l\u001b]0;x\u0007end', { colors: true }), '\u001b[1;31mred\u001b[0m end\u001b[0m');
  assert.equal(harmlessText('\u001b[2Jx', { colors: true }), 'x');
});

test('harmlessText: nothing that steers a terminal is ever left', () => {
  const bits = fc.constantFrom('\u001b', '[', ']', '0', ';', 'm', '?', '\u009b', '\u0007', '\\', 'P', 'a', '\r', '\n', '\u202e', ' ', '31');
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      assert.doesNotMatch(harmlessText(text), /[\p{Cc}\u202e]/u);
      assert.doesNotMatch(harmlessText(text, { colors: true }).replaceAll(/\u001b\[[\d;:]*m/g, ''), /[\p{Cc}\u202e]/u);
    }),
  );
});

test('harmlessText: a long hostile line takes linear time', () => {
  const text = '\u001b]'.repeat(500_000);
  const begin = performance.now();
  harmlessText(text);
  assert.ok(performance.now() - begin < 2000);
});

test('harmlessLines: lines and tabs stay', () => assert.equal(harmlessLines('a\tb\u001b[2J\nc\r\n'), 'a\tb\nc\n'));

const widths: readonly (readonly [text: string, width: number])[] = [
  ['abc', 3],
  ['漢字', 4],
  ['e\u0301', 1],
  ['🎉', 2],
  ['ｆｕｌｌ', 8],
  ['a\u200bb', 2],
  ['…', 1],
  ['', 0],
];
for (const [text, width] of widths) test(`textWidth: ${JSON.stringify(text)}`, () => assert.equal(textWidth(text), width));

test('truncateText: the result is never wider than asked', () => {
  assert.equal(truncateText('abcdef', 4), 'abc…');
  assert.equal(truncateText('漢字漢字', 5), '漢字…');
  assert.equal(truncateText('漢字漢字', 4), '漢…');
  assert.equal(truncateText('abc', 3), 'abc');
  assert.equal(truncateText('abc', 0), '');
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, columns) => textWidth(truncateText(text, columns)) <= columns));
});

test('quantities', () => {
  assert.deepEqual(
    [0, 278, 999, 1000, 2_063_000, 3_400_000, 45_000_000, 999_999, 1.5e12].map((n) => formatBytes(n)),
    ['0B', '278B', '999B', '1kB', '2.06MB', '3.4MB', '45MB', '1MB', '1.5TB'],
  );
  assert.deepEqual([0, 400, 12_345, -5].map(formatSeconds), ['0.0s', '0.4s', '12.3s', '0.0s']);
  assert.deepEqual([312, 12_312, 123_456].map(formatOffset), ['0.312', '12.31', '123.5']);
  const hour = 3_600_000;
  assert.deepEqual([0, 1000, 59_000, 300_000, 5 * hour, 72 * hour, 24 * 20 * hour, 24 * 100 * hour, 24 * 800 * hour].map(formatAgo), [
    'less than a second ago',
    '1 second ago',
    '59 seconds ago',
    '5 minutes ago',
    '5 hours ago',
    '3 days ago',
    '2 weeks ago',
    '3 months ago',
    '2 years ago',
  ]);
});
