// Two twins of the XBZRLE encoder with the same output: one that goes word by word, one that makes masks with AVX2.
#include "twins.h"
#include <immintrin.h>

static inline uint8_t *writeLength(uint8_t *out, uint32_t length) {
  if (length < 0x80) {
    *out = (uint8_t)length;
    return out + 1;
  }
  out[0] = (uint8_t)(length | 0x80);
  out[1] = (uint8_t)(length >> 7);
  return out + 2;
}

/** Where the bytes at `at` stop being equal: words first, and the lowest bit of a difference says which byte it is. */
static inline uint32_t equalEnd(const uint8_t *before, const uint8_t *after, uint32_t at) {
  while (at < PAGE_BYTES && (at & 7) != 0) {
    if (before[at] != after[at]) return at;
    ++at;
  }
  for (; at < PAGE_BYTES; at += 8) {
    const uint64_t differs = load64(before + at) ^ load64(after + at);
    if (differs != 0) return at + (uint32_t)__builtin_ctzll(differs) / 8;
  }
  return PAGE_BYTES;
}

/** Where the bytes at `at` stop being different: a word without an equal byte is passed whole. */
static inline uint32_t changedEnd(const uint8_t *before, const uint8_t *after, uint32_t at) {
  while (at < PAGE_BYTES && (at & 7) != 0) {
    if (before[at] == after[at]) return at;
    ++at;
  }
  for (; at < PAGE_BYTES; at += 8) {
    const uint64_t differs = load64(before + at) ^ load64(after + at);
    const uint64_t equal = (differs - 0x0101010101010101) & ~differs & 0x8080808080808080;
    if (equal != 0) return at + (uint32_t)__builtin_ctzll(equal) / 8;
  }
  return PAGE_BYTES;
}

static uint32_t encodeScalar(const uint8_t *before, const uint8_t *after, uint8_t *out, uint32_t room) {
  uint8_t *next = out;
  uint32_t at = 0;
  for (;;) {
    const uint32_t changed = equalEnd(before, after, at);
    if (changed == PAGE_BYTES) return (uint32_t)(next - out);
    const uint32_t end = changedEnd(before, after, changed);
    if ((uint32_t)(next - out) + 4 + end - changed > room) return 0;
    next = writeLength(next, changed - at);
    next = writeLength(next, end - changed);
    memcpy(next, after + changed, end - changed);
    next += end - changed;
    at = end;
  }
}

/** A bit for each of 64 bytes, set where they differ. */
static inline uint64_t changedBits(const uint8_t *before, const uint8_t *after) {
  const __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)before), _mm256_loadu_si256((const __m256i *)after));
  const __m256i high =
      _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(before + 32)), _mm256_loadu_si256((const __m256i *)(after + 32)));
  const uint64_t equal = (uint32_t)_mm256_movemask_epi8(low) | ((uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32);
  return ~equal;
}

/** One pair of runs; 32 bytes go at once where page and room allow. */
static inline uint8_t *writeRun(uint8_t *next, uint8_t *limit, const uint8_t *after, uint32_t at, uint32_t from, uint32_t end) {
  const uint32_t length = end - from;
  if (limit - next < (ptrdiff_t)length + 4) return NULL;
  next = writeLength(next, from - at);
  next = writeLength(next, length);
  if (length <= 32 && limit - next >= 32 && from <= PAGE_BYTES - 32) {
    _mm256_storeu_si256((__m256i *)next, _mm256_loadu_si256((const __m256i *)(after + from)));
  } else {
    memcpy(next, after + from, length);
  }
  return next + length;
}

static uint32_t encodeAvx2(const uint8_t *before, const uint8_t *after, uint8_t *out, uint32_t room) {
  uint8_t *next = out, *limit = out + room;
  uint32_t equalFrom = 0, changedFrom = PAGE_BYTES;
  for (uint32_t block = 0; block < PAGE_BYTES; block += 64) {
    uint64_t bits = changedBits(before + block, after + block);
    uint32_t shift = 0;
    if (changedFrom == PAGE_BYTES && bits == 0) continue;
    for (;;) {
      const uint64_t wanted = changedFrom == PAGE_BYTES ? bits : ~bits;
      const uint64_t left = wanted >> shift;
      if (left == 0) break;
      shift += (uint32_t)__builtin_ctzll(left);
      if (changedFrom == PAGE_BYTES) {
        changedFrom = block + shift;
        continue;
      }
      next = writeRun(next, limit, after, equalFrom, changedFrom, block + shift);
      if (next == NULL) return 0;
      equalFrom = block + shift;
      changedFrom = PAGE_BYTES;
    }
  }
  if (changedFrom != PAGE_BYTES) next = writeRun(next, limit, after, equalFrom, changedFrom, PAGE_BYTES);
  return next == NULL ? 0 : (uint32_t)(next - out);
}

typedef uint32_t (*Encode)(const uint8_t *, const uint8_t *, uint8_t *, uint32_t);

static inline uint64_t encodeAll(const uint64_t *arguments, uint32_t repetitions, Encode encode) {
  uint8_t *out = POINTER(arguments[3]);
  uint64_t bytes = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    bytes = 0;
    for (uint64_t page = 0; page < arguments[2]; ++page) {
      const uint64_t at = page * PAGE_BYTES;
      bytes += encode(POINTER(arguments[0]) + at, POINTER(arguments[1]) + at, out + bytes, PAGE_BYTES);
    }
    REREAD();
  }
  return bytes;
}

uint64_t roundXbzrleScalar(const uint64_t *arguments, uint32_t repetitions) {
  return encodeAll(arguments, repetitions, encodeScalar);
}

uint64_t roundXbzrleAvx2(const uint64_t *arguments, uint32_t repetitions) {
  return encodeAll(arguments, repetitions, encodeAvx2);
}
