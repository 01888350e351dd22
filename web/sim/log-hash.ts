/** The fingerprint of a run: SHA-256 over its events as canonical JSON lines, numbers and codes only, no sentences. */
import { LineHash } from '../base/sha256.ts';
import type { SimEvent } from './events.ts';

/** Keys sorted, so that the line does not depend on the order in which code wrote the fields. */
export function canonicalLine(event: SimEvent): string {
  const numbers = event.n as unknown as Record<string, number>;
  const fields = Object.keys(numbers)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${numbers[key]}`);
  return `{"atNs":${event.atNs},"code":"${event.code}","migration":${event.migration},"n":{${fields.join(',')}},"seq":${event.seq}}`;
}

export class LogHasher {
  readonly #lines = new LineHash();

  add(event: SimEvent): void {
    this.#lines.add(canonicalLine(event));
  }

  /** 64 hex digits. */
  digest(): string {
    return this.#lines.digest();
  }
}
