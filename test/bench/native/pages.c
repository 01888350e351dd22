// Twins of the kernels that look at whole pages: copy, zero test, hash, and all three in one pass.
#include "twins.h"
#include <immintrin.h>

static const uint64_t PRIME_1 = 0x9e3779b185ebca87;
static const uint64_t PRIME_2 = 0xc2b2ae3d27d4eb4f;
static const uint64_t PRIME_3 = 0x165667b19e3779f9;
static const uint64_t PRIME_4 = 0x85ebca77c2b2ae63;
static const uint64_t PRIME_5 = 0x27d4eb2f165667c5;

static inline uint64_t rotate(uint64_t value, int by) { return (value << by) | (value >> (64 - by)); }

static inline uint64_t laneRound(uint64_t lane, uint64_t input) {
  return rotate(lane + input * PRIME_2, 31) * PRIME_1;
}

static inline uint64_t mergeLane(uint64_t hash, uint64_t lane) {
  return (hash ^ laneRound(0, lane)) * PRIME_1 + PRIME_4;
}

static inline uint64_t finish(const uint64_t lane[4], uint64_t length) {
  uint64_t hash = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
  for (int index = 0; index < 4; ++index) hash = mergeLane(hash, lane[index]);
  return hash + length;
}

static inline uint64_t avalanche(uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  return hash ^ (hash >> 32);
}

static inline uint64_t hashTail(uint64_t hash, const uint8_t *at, const uint8_t *end) {
  for (; end - at >= 8; at += 8) hash = rotate(hash ^ laneRound(0, load64(at)), 27) * PRIME_1 + PRIME_4;
  if (end - at >= 4) {
    hash = rotate(hash ^ (load32(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; ++at) hash = rotate(hash ^ (*at * PRIME_5), 11) * PRIME_1;
  return hash;
}

uint64_t xxh64(const uint8_t *at, size_t length) {
  const uint8_t *end = at + length;
  if (length < 32) return avalanche(hashTail(PRIME_5 + length, at, end));
  uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = 0 - PRIME_1;
  for (const uint8_t *stripes = at + (length & ~(size_t)31); at < stripes; at += 32) {
    a = laneRound(a, load64(at));
    b = laneRound(b, load64(at + 8));
    c = laneRound(c, load64(at + 16));
    d = laneRound(d, load64(at + 24));
  }
  const uint64_t lanes[4] = {a, b, c, d};
  return avalanche(hashTail(finish(lanes, length), at, end));
}

uint64_t roundHash(const uint64_t *arguments, uint32_t repetitions) {
  const uint8_t *base = POINTER(arguments[0]);
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    sum = 0;
    for (uint64_t page = 0; page < arguments[1]; ++page) sum += xxh64(base + page * PAGE_BYTES, PAGE_BYTES);
    REREAD();
  }
  return sum;
}

uint64_t roundMemcpy(const uint64_t *arguments, uint32_t repetitions) {
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    memcpy(POINTER(arguments[1]), POINTER(arguments[0]), arguments[2]);
    REREAD();
  }
  return 0;
}

uint64_t roundCopy(const uint64_t *arguments, uint32_t repetitions) {
  const uint8_t *source = POINTER(arguments[0]);
  const uint8_t *list = POINTER(arguments[1]);
  uint8_t *staging = POINTER(arguments[3]);
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    for (uint64_t index = 0; index < arguments[2]; ++index) {
      const uint8_t *from = source + (size_t)load32(list + index * 4) * PAGE_BYTES;
      memcpy(staging + (index % BATCH_PAGES) * PAGE_BYTES, from, PAGE_BYTES);
    }
    REREAD();
  }
  return arguments[2];
}

/** One page copied, tested and hashed while it is read once. */
static inline uint64_t fusedPage(const uint8_t *from, uint8_t *to, int *isZero) {
  uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = 0 - PRIME_1;
  __m256i seen = _mm256_setzero_si256();
  for (size_t at = 0; at < PAGE_BYTES; at += 32) {
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(from + at));
    _mm256_storeu_si256((__m256i *)(to + at), bytes);
    seen = _mm256_or_si256(seen, bytes);
    a = laneRound(a, load64(from + at));
    b = laneRound(b, load64(from + at + 8));
    c = laneRound(c, load64(from + at + 16));
    d = laneRound(d, load64(from + at + 24));
  }
  *isZero = _mm256_testz_si256(seen, seen);
  const uint64_t lanes[4] = {a, b, c, d};
  return avalanche(finish(lanes, PAGE_BYTES));
}

uint64_t roundFused(const uint64_t *arguments, uint32_t repetitions) {
  const uint8_t *source = POINTER(arguments[0]);
  const uint8_t *list = POINTER(arguments[1]);
  uint8_t *staging = POINTER(arguments[3]);
  uint8_t *hashes = staging + BATCH_PAGES * PAGE_BYTES;
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    sum = 0;
    for (uint64_t index = 0; index < arguments[2]; ++index) {
      const uint8_t *from = source + (size_t)load32(list + index * 4) * PAGE_BYTES;
      const size_t slot = index % BATCH_PAGES;
      int isZero;
      const uint64_t hash = fusedPage(from, staging + slot * PAGE_BYTES, &isZero);
      store64(hashes + slot * 8, hash);
      sum += hash + (uint64_t)isZero;
    }
    REREAD();
  }
  return sum;
}

uint64_t roundZeroMemcmp(const uint64_t *arguments, uint32_t repetitions) {
  static const uint8_t zeros[PAGE_BYTES];
  const uint8_t *base = POINTER(arguments[0]);
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    sum = 0;
    for (uint64_t page = 0; page < arguments[1]; ++page) {
      sum += memcmp(base + page * PAGE_BYTES, zeros, PAGE_BYTES) == 0;
    }
    REREAD();
  }
  return sum;
}

static inline int isZeroAvx2(const uint8_t *page) {
  for (size_t at = 0; at < PAGE_BYTES; at += 256) {
    const __m256i *from = (const __m256i *)(page + at);
    __m256i seen = _mm256_loadu_si256(from);
    for (int part = 1; part < 8; ++part) seen = _mm256_or_si256(seen, _mm256_loadu_si256(from + part));
    if (!_mm256_testz_si256(seen, seen)) return 0;
  }
  return 1;
}

uint64_t roundZeroAvx2(const uint64_t *arguments, uint32_t repetitions) {
  const uint8_t *base = POINTER(arguments[0]);
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    sum = 0;
    for (uint64_t page = 0; page < arguments[1]; ++page) sum += (uint64_t)isZeroAvx2(base + page * PAGE_BYTES);
    REREAD();
  }
  return sum;
}
