export { anyText, faultsOf, flag, list, mapOf, object, optional, sizeBytes, such, text, wholeNumber, type Schema } from './schema.ts';
