// The loops around liblz4. Built without the library they return a sum that no round returns, and are never asked.
#include "twins.h"

#ifdef WITH_LZ4
#include <lz4.h>

uint64_t roundCompress(const uint64_t *arguments, uint32_t repetitions) {
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    char *next = (char *)POINTER(arguments[2]);
    for (uint64_t index = 0; index < arguments[1]; ++index) {
      const char *from = (const char *)POINTER(arguments[0]) + index * PAGE_BYTES;
      const int length = LZ4_compress_default(from, next, PAGE_BYTES, BLOCK_ROOM);
      store32(POINTER(arguments[3]) + index * 4, (uint32_t)length);
      next += length;
    }
    REREAD();
  }
  return 0;
}

uint64_t roundDecompress(const uint64_t *arguments, uint32_t repetitions) {
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    const char *block = (const char *)POINTER(arguments[0]);
    sum = 0;
    for (uint64_t index = 0; index < arguments[2]; ++index) {
      const int length = (int)load32(POINTER(arguments[1]) + index * 4);
      char *out = (char *)POINTER(arguments[3]) + index * PAGE_BYTES;
      sum += (uint64_t)(int64_t)LZ4_decompress_safe(block, out, length, PAGE_BYTES);
      block += length;
    }
    REREAD();
  }
  return sum;
}
#else
uint64_t roundCompress(const uint64_t *arguments, uint32_t repetitions) {
  (void)arguments;
  (void)repetitions;
  return UINT64_MAX;
}

uint64_t roundDecompress(const uint64_t *arguments, uint32_t repetitions) {
  return roundCompress(arguments, repetitions);
}
#endif
