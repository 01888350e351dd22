// The page kernels from their definition.
export const PAGE_BYTES = 4096;

export const isZero = (page: Uint8Array): boolean => page.every((byte) => byte === 0);

export const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
