import { cleanPath, type FileTree } from '../../core/tree/index.ts';
import { readArchive, type ArchiveOptions } from './archive.ts';
import { OpsError } from './error.ts';
import { MemoryTree } from './memory-tree.ts';

/** A build context that comes as a tar, plain or compressed, from standard input or the network. Errors: ARCHIVE_INVALID, ARCHIVE_TOO_LARGE, ARCHIVE_TOOL_MISSING, DISK_FULL. */
export async function openTarContext(source: AsyncIterable<Uint8Array>, options: ArchiveOptions): Promise<FileTree> {
  const entries = await readArchive(source, 'the build context', options);
  if (entries === undefined) {
    throw new OpsError('ARCHIVE_INVALID', 'Cannot use the build context: it is no tar archive', {
      family: 'validation',
      hint: 'Send a tar, plain or compressed with gzip, bzip2, xz or zstd.',
    });
  }
  return new MemoryTree(
    entries.flatMap((entry) => {
      const { path, link, type } = entry;
      if (path.split('/').includes('..') || (type === 'hardlink' && link!.split('/').includes('..'))) {
        throw new OpsError('ARCHIVE_INVALID', `Cannot use the build context: the name ${JSON.stringify(path)} leads out of it`, { family: 'validation' });
      }
      const name = cleanPath(path);
      if (name === '' && type !== 'dir') return [];
      return { ...entry, path: name, ...(type === 'hardlink' ? { link: cleanPath(link!) } : {}) };
    }),
  );
}
