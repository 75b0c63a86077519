/** The `from` of a `--mount=` before its variables are known; it may hold none. */
export function mountOrigin(text: string): string | undefined {
  let origin: string | undefined;
  for (const [, quoted, plain] of text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    const field = quoted?.replaceAll('""', '"') ?? plain ?? '';
    const match = /^from=(.*)$/is.exec(field);
    if (match?.[1]) origin = match[1];
  }
  return origin;
}
