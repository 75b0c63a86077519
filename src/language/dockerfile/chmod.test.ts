import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyChmod, parseChmod } from './chmod.ts';
import { DockerfileError } from './error.ts';

describe('applyChmod', () => {
  /** What docker build makes of a folder of mode 1770 and of files of modes 600, 640 and 4755. */
  const table: readonly [text: string, folder: number, files: readonly [number, number, number]][] = [
    ['755', 0o755, [0o755, 0o755, 0o755]],
    ['0', 0, [0, 0, 0]],
    ['7777', 0o7777, [0o7777, 0o7777, 0o7777]],
    ['u=rwX,go=rX', 0o1755, [0o644, 0o644, 0o755]],
    ['+x', 0o1771, [0o711, 0o751, 0o4755]],
    ['g=u', 0o1770, [0o660, 0o660, 0o4775]],
    ['u=g', 0o1770, [0, 0o440, 0o4555]],
    ['o=u', 0o1777, [0o606, 0o646, 0o4757]],
    ['o+t', 0o1770, [0o600, 0o640, 0o4755]],
    ['u+t', 0o1770, [0o1600, 0o1640, 0o5755]],
    ['a=r', 0o1444, [0o444, 0o444, 0o444]],
    ['=', 0o1000, [0, 0, 0]],
    ['g=uo', 0o1700, [0o600, 0o600, 0o4755]],
    ['u=rwx,g=u-w,o=g', 0o1755, [0o755, 0o755, 0o755]],
    ['a-x+X', 0o1771, [0o600, 0o640, 0o4755]],
    ['-X', 0o1660, [0o600, 0o640, 0o4644]],
    ['u=t', 0o1070, [0o1000, 0o1040, 0o1055]],
    ['=t', 0o1770, [0o1600, 0o1640, 0o5755]],
    ['u+rwxst', 0o5770, [0o5700, 0o5740, 0o5755]],
    ['u-s', 0o1770, [0o600, 0o640, 0o755]],
    ['o=s', 0o1770, [0o600, 0o640, 0o4750]],
  ];
  for (const [text, folder, files] of table) {
    it(text, () => {
      const chmod = parseChmod(text);
      assert.equal(applyChmod(chmod, 0o1770, { isFolder: true }).toString(8), folder.toString(8));
      const got = [0o600, 0o640, 0o4755].map((mode) => applyChmod(chmod, mode, { isFolder: false }).toString(8));
      assert.deepEqual(
        got,
        files.map((mode) => mode.toString(8)),
      );
    });
  }
});

describe('parseChmod refuses', () => {
  for (const text of ['', '888', '10000', 'u', 'u=z', '+x,', 'u+x,,g+x', '-0755', '0o755', '75 5'])
    it(JSON.stringify(text), () =>
      assert.throws(
        () => parseChmod(text),
        (error) => error instanceof DockerfileError && error.code === 'BAD_CHMOD',
      ),
    );
});
