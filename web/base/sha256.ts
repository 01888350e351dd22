import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 over text lines as they come, synchronous and the same in a worker, a frame without secure context and Node. */
export class LineHash {
  readonly #hash = sha256.create();

  add(line: string): void {
    this.#hash.update(utf8ToBytes(line + '\n'));
  }

  /** 64 hex digits of all lines so far; more lines may follow. */
  digest(): string {
    return bytesToHex(this.#hash.clone().digest());
  }
}
