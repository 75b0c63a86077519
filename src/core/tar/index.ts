export { encodeHeader, endOfTarBytes, encodePax, TarEncodeError } from './encode.ts';
export { type TarHeader, blockBytes, paddingOf, type TarType, extendedHeaderLimitBytes } from './header.ts';
export { systemPath, nameFromBytes, nameToBytes } from './name.ts';
export { TarDecoder } from './decode.ts';
export type { TarHandler } from './handler.ts';
export { TarError, type TarErrorCode } from './error.ts';
