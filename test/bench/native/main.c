// The co-process: reads one command a line from stdin and answers each with one line, so that native rounds and those of
// an engine alternate on one core while the other side waits.
//
//   alloc NAME BYTES            -> ok        zeroed, touched memory on a line of the cache
//   load NAME FILE              -> ok        the bytes of a file into memory that was reserved
//   reset                       -> ok        gives all memory back
//   run ROUND REPS ARGUMENT...  -> NS SUM    an argument is a number, or @NAME for an address
//   time ROUND REPS ...         -> NS SUM    the same with `run restore` untimed before every repetition
//   sum NAME COUNT              -> 0 SUM     of u32 numbers
//   hash NAME BYTES             -> 0 SUM     xxh64
#include "twins.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST_BUFFERS 32

static struct {
  char name[32];
  uint8_t *at;
} buffers[MOST_BUFFERS];
static int bufferCount = 0;

static const struct {
  const char *name;
  Round run;
} rounds[] = {
    {"copy", roundCopy},          {"fused", roundFused},
    {"scan", roundScan},          {"scan-avx2", roundScanAvx2},
    {"set-bit", roundSetBit},     {"popcount", roundPopcount},
    {"zero", roundZeroMemcmp},    {"zero-avx2", roundZeroAvx2},
    {"hash", roundHash},          {"xbzrle", roundXbzrleScalar},
    {"xbzrle-avx2", roundXbzrleAvx2}, {"compress", roundCompress},
    {"decompress", roundDecompress}, {"memcpy", roundMemcpy},
};

static void fail(const char *why) {
  fprintf(stderr, "native twin: %s\n", why);
  exit(1);
}

static uint8_t *find(const char *name) {
  for (int index = 0; index < bufferCount; ++index) {
    if (strcmp(buffers[index].name, name) == 0) return buffers[index].at;
  }
  fail("unknown buffer");
  return NULL;
}

/** Memory of the kind that wasm has: on a cache line, and with 256 bytes of slack behind its end. */
static void reserve(const char *name, size_t bytes) {
  if (bufferCount == MOST_BUFFERS || strlen(name) >= sizeof buffers[0].name) fail("too many buffers");
  void *at = aligned_alloc(4096, (bytes + 256 + 4095) / 4096 * 4096);
  if (at == NULL) fail("out of memory");
  memset(at, 0, bytes + 256);
  strcpy(buffers[bufferCount].name, name);
  buffers[bufferCount++].at = at;
}

static void loadFile(const char *name, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("a file of inputs is missing");
  uint8_t *at = find(name);
  for (size_t got; (got = fread(at, 1, 1 << 20, file)) > 0;) at += got;
  fclose(file);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static Round roundOf(const char *name) {
  for (size_t index = 0; index < sizeof rounds / sizeof *rounds; ++index) {
    if (strcmp(rounds[index].name, name) == 0) return rounds[index].run;
  }
  fail("unknown round");
  return NULL;
}

/** Reads the arguments that are left on the line. */
static void readArguments(uint64_t arguments[8]) {
  char *word;
  for (int index = 0; index < 8 && (word = strtok(NULL, " \n")) != NULL; ++index) {
    arguments[index] = *word == '@' ? (uint64_t)(uintptr_t)find(word + 1) : strtoull(word, NULL, 10);
  }
}

static char *word(void) {
  char *found = strtok(NULL, " \n");
  if (found == NULL) fail("a command is too short");
  return found;
}

static size_t number(void) { return (size_t)strtoull(word(), NULL, 10); }

/** The last three arguments say what to copy where before every repetition: from, to, bytes. */
static void runRestoring(Round round, const uint64_t *arguments, uint32_t repetitions, const uint64_t *copy) {
  uint64_t spent = 0, sum = 0;
  for (uint32_t rep = 0; rep < repetitions; ++rep) {
    memcpy(POINTER(copy[1]), POINTER(copy[0]), copy[2]);
    const uint64_t start = now();
    sum = round(arguments, 1);
    spent += now() - start;
  }
  printf("%llu %016llx\n", (unsigned long long)spent, (unsigned long long)sum);
}

static void runRound(int restoring) {
  Round round = roundOf(word());
  const uint32_t repetitions = (uint32_t)number();
  uint64_t arguments[8] = {0};
  readArguments(arguments);
  if (restoring) {
    runRestoring(round, arguments + 3, repetitions, arguments);
    return;
  }
  const uint64_t start = now();
  const uint64_t sum = round(arguments, repetitions);
  printf("%llu %016llx\n", (unsigned long long)(now() - start), (unsigned long long)sum);
}

static uint64_t sumOf(const uint8_t *at, size_t count) {
  uint64_t sum = 0;
  for (size_t index = 0; index < count; ++index) sum += load32(at + index * 4);
  return sum;
}

static void reset(void) {
  while (bufferCount > 0) free(buffers[--bufferCount].at);
}

static void obey(char *line) {
  const char *command = strtok(line, " \n");
  if (command == NULL) return;
  if (strcmp(command, "run") == 0 || strcmp(command, "time") == 0) {
    runRound(*command == 't');
    return;
  }
  if (strcmp(command, "hash") == 0 || strcmp(command, "sum") == 0) {
    const uint8_t *at = find(word());
    const size_t count = number();
    printf("0 %016llx\n", (unsigned long long)(*command == 'h' ? xxh64(at, count) : sumOf(at, count)));
    return;
  }
  if (strcmp(command, "reset") == 0) {
    reset();
  } else {
    const char *name = word();
    if (strcmp(command, "alloc") == 0) reserve(name, number());
    else if (strcmp(command, "load") == 0) loadFile(name, word());
    else fail("unknown command");
  }
  printf("ok\n");
}

int main(void) {
  static char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    obey(line);
    fflush(stdout);
  }
  return 0;
}
