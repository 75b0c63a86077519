/** The version of this package; the release sets it together with package.json, and a test holds them equal. */
export const version = '0.1.0';
