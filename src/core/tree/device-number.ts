/** Device numbers in one, as the C library packs them into a dev_t: makedev(3). */
export function packDevice(major: number, minor: number): bigint {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
}

/** The numbers of a dev_t, as `stat` has it in `rdev`. */
export function unpackDevice(rdev: bigint | number): { readonly major: number; readonly minor: number } {
  const packed = BigInt(rdev);
  return {
    major: Number(((packed >> 32n) & 0xfffff000n) | ((packed >> 8n) & 0xfffn)),
    minor: Number(((packed >> 12n) & 0xffffff00n) | (packed & 0xffn)),
  };
}
