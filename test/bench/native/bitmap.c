// Twins of the dirty bitmap's kernels.
#include "twins.h"
#include <immintrin.h>

/** Moves the set bits of one word to the list, as far as it has room; returns how many went. */
static inline uint32_t takeWord(uint8_t *at, uint32_t firstPage, uint8_t *list, uint32_t room) {
  uint64_t bits = load64(at);
  uint32_t count = 0;
  for (; bits != 0 && count < room; bits &= bits - 1) {
    store32(list + (size_t)count++ * 4, firstPage + (uint32_t)__builtin_ctzll(bits));
  }
  store64(at, bits);
  return count;
}

/** The words from `from` on, one by one, until the list is full. */
static uint32_t scan(uint8_t *base, uint64_t from, uint64_t words, uint8_t *list) {
  uint32_t count = 0;
  for (uint64_t word = from; word < words && count < LIST_ENTRIES; ++word) {
    uint8_t *at = base + word * 8;
    if (load64(at) != 0) count += takeWord(at, (uint32_t)word * 64, list + (size_t)count * 4, LIST_ENTRIES - count);
  }
  return count;
}

/** The same, but blocks of 64 bytes without a bit are passed by two loads and one test. */
static uint32_t scanAvx2(uint8_t *base, uint64_t from, uint64_t words, uint8_t *list) {
  uint32_t count = 0;
  uint64_t word = from;
  while (word < words && count < LIST_ENTRIES) {
    if (words - word >= 8) {
      const __m256i *block = (const __m256i *)(base + word * 8);
      const __m256i seen = _mm256_or_si256(_mm256_loadu_si256(block), _mm256_loadu_si256(block + 1));
      if (_mm256_testz_si256(seen, seen)) {
        word += 8;
        continue;
      }
    }
    const uint64_t end = words - word >= 8 ? word + 8 : words;
    for (; word < end && count < LIST_ENTRIES; ++word) {
      uint8_t *at = base + word * 8;
      if (load64(at) != 0) count += takeWord(at, (uint32_t)word * 64, list + (size_t)count * 4, LIST_ENTRIES - count);
    }
  }
  return count;
}

typedef uint32_t (*Scan)(uint8_t *, uint64_t, uint64_t, uint8_t *);

/** Empties the bitmap through a list of pages. */
static inline uint64_t drain(const uint64_t *arguments, uint32_t repetitions, Scan one) {
  uint8_t *list = POINTER(arguments[2]);
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    uint64_t from = 0;
    sum = 0;
    for (;;) {
      const uint32_t found = one(POINTER(arguments[0]), from, arguments[1], list);
      sum += found;
      if (found < LIST_ENTRIES) break;
      const uint32_t last = load32(list + (LIST_ENTRIES - 1) * 4);
      sum += last;
      from = last / 64;
    }
    REREAD();
  }
  return sum;
}

uint64_t roundScan(const uint64_t *arguments, uint32_t repetitions) { return drain(arguments, repetitions, scan); }

uint64_t roundScanAvx2(const uint64_t *arguments, uint32_t repetitions) {
  return drain(arguments, repetitions, scanAvx2);
}

static uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

static uint64_t seedOf(uint64_t seed, uint64_t stream) {
  const uint64_t golden = 0x9e3779b97f4a7c15;
  const uint64_t state = mix(mix(seed + golden) + (stream + 1) * golden);
  return state != 0 ? state : golden;
}

static inline uint64_t nextState(uint64_t state) {
  state ^= state >> 12;
  state ^= state << 25;
  return state ^ (state >> 27);
}

static inline uint64_t drawBelow(uint64_t random, uint64_t n) {
  const uint64_t half = ((uint64_t)1 << 30) - 1;
  return ((random >> 34) * n + ((((random >> 4) & half) * n) >> 30)) >> 30;
}

uint64_t roundSetBit(const uint64_t *arguments, uint32_t repetitions) {
  uint8_t *base = POINTER(arguments[0]);
  uint64_t state = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    state = seedOf(7, 7);
    for (uint64_t write = 0; write < arguments[2]; ++write) {
      state = nextState(state);
      const uint64_t page = drawBelow(state * 0x2545f4914f6cdd1d, arguments[1]);
      uint8_t *at = base + (page >> 6) * 8;
      store64(at, load64(at) | ((uint64_t)1 << (page & 63)));
    }
    REREAD();
  }
  return state;
}

uint64_t roundPopcount(const uint64_t *arguments, uint32_t repetitions) {
  const uint8_t *base = POINTER(arguments[0]);
  uint64_t sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (uint64_t word = 0; word < arguments[1]; word += 4) {
      a += (uint64_t)__builtin_popcountll(load64(base + word * 8));
      b += (uint64_t)__builtin_popcountll(load64(base + word * 8 + 8));
      c += (uint64_t)__builtin_popcountll(load64(base + word * 8 + 16));
      d += (uint64_t)__builtin_popcountll(load64(base + word * 8 + 24));
    }
    sum = a + b + c + d;
    REREAD();
  }
  return sum;
}
