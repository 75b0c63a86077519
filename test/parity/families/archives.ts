import type { Fixture } from '../../harness/fixture.ts';
import { untidy } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase } from './family.ts';

const attributed = { text: 'x\n', xattrs: { 'user.note': 'some value' } };
const entries: Fixture = { file: attributed, 'other-name': { hard: 'file' }, 'folder/': { xattrs: { 'user.note': 'of a folder' } }, 'folder/in': attributed };
const contexts: Readonly<Record<string, Fixture>> = {
  'of-an-archive': { 'a.tar': { archive: { compression: '', entries } } },
  'of-the-context': {
    'a.tar/file': attributed,
    'a.tar/other-name': { hard: 'a.tar/file' },
    'a.tar/folder/': { xattrs: { 'user.note': 'of a folder' } },
    'a.tar/folder/in': attributed,
  },
};

/** What a step sees of extended attributes that come with files, beside what of them gets into the image. */
export function archives(): Case[] {
  return Object.entries(contexts).map(([name, context]) =>
    familyCase(`archives/xattrs-${name}`, [`FROM ${untidy('tidy')}`, 'ADD a.tar /t/', 'RUN snap 1'], {
      context,
      onlyRoot: 'the step lists devices, whose owners an ordinary user does not have',
    }),
  );
}
