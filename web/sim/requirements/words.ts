/** Numbers inside the sentences of rules. */
import { GIB, MIB, NS_PER_MS, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';

/** "100 Mbit/s", "2.5 Gbit/s". */
export function rateText(bytesPerSecond: BytesPerSecond): string {
  const mbit = (bytesPerSecond * 8) / 1_000_000;
  return mbit >= 1_000 ? `${short(mbit / 1_000)} Gbit/s` : `${short(mbit)} Mbit/s`;
}

/** "6.20 GiB", "512 MiB": whole MiB below one GiB. */
export function memoryText(bytes: Bytes): string {
  return bytes >= GIB ? `${short(bytes / GIB, 3)} GiB` : `${Math.floor(bytes / MIB)} MiB`;
}

/** "100 ms", "99.5 ms". */
export const msText = (ns: Ns): string => `${short(ns / NS_PER_MS, 3)} ms`;

function short(value: number, most = 2): string {
  return String(Number(value.toFixed(most)));
}
