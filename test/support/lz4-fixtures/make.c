/* Runs real liblz4 for the tests. Reads requests from standard input until it ends and answers each on standard output.
 * Request: u32 kind, u32 capacity, u32 length, then the bytes. Answer: i32 result, then that many bytes if positive.
 * Kinds: 0 LZ4_compress_default, 1 LZ4_compress_HC level 9, 2 LZ4_decompress_safe. Integers are little-endian.
 * Build: cc -O2 make.c -o make -llz4
 */
#include <lz4.h>
#include <lz4hc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { COMPRESS_DEFAULT, COMPRESS_HC, DECOMPRESS_SAFE, KINDS };
enum { MOST_BYTES = 1 << 24 };

static int run(uint32_t kind, const char *in, int length, char *out, int capacity) {
  if (kind == COMPRESS_DEFAULT) return LZ4_compress_default(in, out, length, capacity);
  if (kind == COMPRESS_HC) return LZ4_compress_HC(in, out, length, capacity, 9);
  return LZ4_decompress_safe(in, out, length, capacity);
}

int main(void) {
  uint32_t head[3];
  while (fread(head, sizeof head, 1, stdin) == 1) {
    if (head[0] >= KINDS || head[1] > MOST_BYTES || head[2] > MOST_BYTES) return 2;
    /* One byte more, because malloc(0) may give nothing. The exact size lets a checker see reads past the input. */
    char *in = malloc(head[2] + 1);
    char *out = malloc(head[1] + 1);
    if (!in || !out || fread(in, 1, head[2], stdin) != head[2]) return 3;
    int32_t result = run(head[0], in, (int)head[2], out, (int)head[1]);
    fwrite(&result, sizeof result, 1, stdout);
    if (result > 0) fwrite(out, 1, (size_t)result, stdout);
    free(in);
    free(out);
  }
  return 0;
}
