export { parseCsvLine, type CsvLine } from './csv.ts';
export { cleanGoPath } from './path.ts';
export { isSpace, isSpaceCode, trim, trimEnd, trimStart } from './space.ts';
export { parseGoBool, parseRamBytes, parseUint32 } from './values.ts';
