export { type TarHeader, type TarType, blockBytes, extendedHeaderLimitBytes, paddingOf } from './header.ts';
export { encodeHeader, encodePax, endOfTarBytes, TarEncodeError } from './encode.ts';
export { TarDecoder } from './decode.ts';
export type { TarHandler } from './handler.ts';
export { TarError, type TarErrorCode } from './error.ts';
export { nameFromBytes, nameToBytes, systemPath } from './name.ts';
