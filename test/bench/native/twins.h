// What the twins share: the sizes of the project, its random numbers and the hash that checks results.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE_BYTES 4096u
#define BATCH_PAGES 64u
#define BLOCK_ROOM (4096 + 4096 / 255 + 16)
#define LIST_ENTRIES 16384u

// A round works on up to five numbers, which are addresses or counts, and returns a sum of what it did in its last repetition.
typedef uint64_t (*Round)(const uint64_t *arguments, uint32_t repetitions);

// Nothing that is read after this line may be taken from before it: one repetition must not be the next one's result.
#define REREAD() __asm__ volatile("" ::: "memory")

#define POINTER(number) ((uint8_t *)(uintptr_t)(number))

static inline uint64_t load64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, 8);
  return value;
}

static inline void store64(uint8_t *at, uint64_t value) { memcpy(at, &value, 8); }

static inline uint32_t load32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}

static inline void store32(uint8_t *at, uint32_t value) { memcpy(at, &value, 4); }

uint64_t xxh64(const uint8_t *at, size_t length);

uint64_t roundCopy(const uint64_t *, uint32_t);
uint64_t roundFused(const uint64_t *, uint32_t);
uint64_t roundScan(const uint64_t *, uint32_t);
uint64_t roundScanAvx2(const uint64_t *, uint32_t);
uint64_t roundSetBit(const uint64_t *, uint32_t);
uint64_t roundPopcount(const uint64_t *, uint32_t);
uint64_t roundZeroMemcmp(const uint64_t *, uint32_t);
uint64_t roundZeroAvx2(const uint64_t *, uint32_t);
uint64_t roundHash(const uint64_t *, uint32_t);
uint64_t roundXbzrleScalar(const uint64_t *, uint32_t);
uint64_t roundXbzrleAvx2(const uint64_t *, uint32_t);
uint64_t roundCompress(const uint64_t *, uint32_t);
uint64_t roundDecompress(const uint64_t *, uint32_t);
uint64_t roundMemcpy(const uint64_t *, uint32_t);
