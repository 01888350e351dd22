import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xxh64 } from '../oracle/hash.ts';
import { PAGE_BYTES, isEqual, isZero } from '../oracle/page.ts';
import { arbitraryPage } from '../support/pages.ts';
import { builds, loadKernels } from '../support/wasm.ts';

describe.each(builds)('page and copy kernels, %s build', (build) => {
  const { kernels, bytes, words32, alloc, put, reset } = loadKernels(build);

  it('finds zero pages and equal pages', () => {
    fc.assert(
      fc.property(arbitraryPage, arbitraryPage, (a, b) => {
        reset();
        const [at, bt] = [put(a), put(b)];
        expect(kernels.pageIsZero(at)).toBe(isZero(a) ? 1 : 0);
        expect(kernels.pageEquals(at, bt)).toBe(isEqual(a, b) ? 1 : 0);
        expect(kernels.pageEquals(at, at)).toBe(1);
      }),
    );
  });

  it('sees one byte anywhere in the page and none beside it', () => {
    reset();
    const at = alloc(PAGE_BYTES + 64) + 32;
    const zero = alloc(PAGE_BYTES);
    const target = alloc(PAGE_BYTES);
    const hashOut = alloc(8);
    const around = bytes(at - 32, PAGE_BYTES + 64).fill(1);
    around.fill(0, 32, 32 + PAGE_BYTES);
    const fused = () => kernels.fusedCopyZeroHash(at, target, hashOut);
    expect([kernels.pageIsZero(at), kernels.pageEquals(at, zero), fused()]).toEqual([1, 1, 1]);
    for (let byte = 0; byte < PAGE_BYTES; ++byte) {
      around[32 + byte] = 0x80;
      const answers = [kernels.pageIsZero(at), kernels.pageEquals(at, zero), fused()];
      expect([byte, ...answers]).toEqual([byte, 0, 0, 0]);
      around[32 + byte] = 0;
    }
  });

  it('gathers pages in list order and scatters them back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 64, size: 'max' }), (list) => {
        reset();
        const content = Uint8Array.from({ length: 100 * PAGE_BYTES }, (_, at) => (at >> 12) * 7 + (at & 63));
        const memory = put(content);
        const target = alloc(100 * PAGE_BYTES);
        const staging = alloc(64 * PAGE_BYTES);
        const indices = alloc(256);
        words32(indices, list.length).set(list);
        kernels.gatherPages(memory, indices, list.length, staging);
        kernels.scatterPages(staging, indices, list.length, target);
        const page = (base: number, index: number) => bytes(base + index * PAGE_BYTES, PAGE_BYTES);
        list.forEach((index, at) => expect(isEqual(page(staging, at), page(memory, index))).toBe(true));
        for (let index = 0; index < 100; ++index) {
          const expected = list.includes(index) ? page(memory, index) : new Uint8Array(PAGE_BYTES);
          expect(Buffer.compare(page(target, index), expected)).toBe(0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('copies, tests for zero and hashes in one pass, and writes nothing beside the target', () => {
    fc.assert(
      fc.property(arbitraryPage, (page) => {
        reset();
        const source = put(page);
        const target = alloc(PAGE_BYTES + 32) + 16;
        const hashOut = alloc(8);
        bytes(target - 16, PAGE_BYTES + 32).fill(0x5a);
        const zero = kernels.fusedCopyZeroHash(source, target, hashOut);
        expect(zero).toBe(isZero(page) ? 1 : 0);
        expect(isEqual(bytes(target, PAGE_BYTES), page)).toBe(true);
        expect(new DataView(kernels.memory.buffer).getBigUint64(hashOut, true)).toBe(xxh64(page, 0n));
        expect([bytes(target - 1, 1)[0], bytes(target + PAGE_BYTES, 1)[0]]).toEqual([0x5a, 0x5a]);
        kernels.copyPage(target, source);
        expect(isEqual(bytes(source, PAGE_BYTES), page)).toBe(true);
      }),
    );
  });

  if (build === 'debug') {
    it('traps on more pages than a batch holds and on pages that overlap', () => {
      reset();
      const at = alloc(4 * PAGE_BYTES);
      expect(() => kernels.gatherPages(at, at, 65, at)).toThrow(WebAssembly.RuntimeError);
      expect(() => kernels.scatterPages(at, at, 65, at)).toThrow(WebAssembly.RuntimeError);
      expect(() => kernels.fusedCopyZeroHash(at, at + 16, at)).toThrow(WebAssembly.RuntimeError);
    });
  }
});
