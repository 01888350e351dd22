// The package brings no types; these are the functions that the bench calls.
declare module 'lz4js' {
  export function compressBound(bytes: number): number;
  export function compressBlock(
    source: Uint8Array,
    target: Uint8Array,
    at: number,
    length: number,
    table: Uint32Array,
  ): number;
  export function decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    at: number,
    length: number,
    targetAt: number,
  ): number;
}
