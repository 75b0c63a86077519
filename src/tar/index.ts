export { type TarHeader, type TarType, blockBytes, paddingOf } from './header.ts';
export { encodeHeader, encodePax, endOfTarBytes, TarEncodeError } from './encode.ts';
export { TarDecoder, type TarHandler, extendedHeaderLimitBytes } from './decode.ts';
export { TarError, type TarErrorCode } from './error.ts';
export { nameFromBytes, nameToBytes, systemPath } from './name.ts';
