import { createReadStream } from 'node:fs';
import type { DiffID } from '../../core/oci/index.ts';
import { systemPath } from '../../core/tar/index.ts';
import type { ReadContent } from './owner.ts';

/** Reads file contents from wherever a tree says that they are. */
export function contentReader(readLayerContent: (diffID: DiffID, path: string) => AsyncIterable<Uint8Array>): ReadContent {
  return (source) => {
    switch (source.kind) {
      case 'file':
        return createReadStream(systemPath(source.path), { highWaterMark: 256 * 1024 });
      case 'inline':
        return inline(source.data);
      case 'layer':
        return readLayerContent(source.diffID, source.path);
      default:
        return source satisfies never;
    }
  };
}

async function* inline(data: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(data, 'base64');
}
