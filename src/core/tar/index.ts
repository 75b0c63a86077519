export { encodeHeader, endOfTarBytes, encodePax, TarEncodeError } from './encode.ts';
export { type TarHeader, blockBytes, paddingOf, type TarType } from './header.ts';
export { systemPath, nameFromBytes, nameToBytes } from './name.ts';
export { archiveHeadBytes, isArchiveHead } from './archive-head.ts';
export { TarDecoder } from './decode.ts';
export type { TarHandler } from './handler.ts';
export { TarError, type TarErrorCode } from './error.ts';
