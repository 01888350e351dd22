/**
 * The guest of the reference: a bare program that writes `rate` pages a second for ever, each page chosen by a sweep or by a
 * 32-bit xorshift generator that starts from a constant. So the pages it writes are known exactly once the number of writes
 * before the migration is known.
 */
import { NS_PER_MS, type Ns } from '../../base/units.ts';
import { throttleSleepMs } from '../policy/qemu-profiles.ts';
import { MACHINE } from './machine.ts';
import type { GuestRam } from './ram.ts';
import type { DirtierConfig } from './record.ts';
import type { Guest } from './sender.ts';

/** The first page of the filled area, 16 MiB. */
export const BASE_PAGE = 4096;
/** Counters and stack of the program: written all the time while it runs. */
const OWN_PAGES = [0x102, 0x104] as const;
/** A throttled vCPU runs for this long in each period (CPU_THROTTLE_TIMESLICE_NS). */
const TIMESLICE_NS = 10 * NS_PER_MS;
const RNG_START = 0x2545f491;
/** 0.9 x 2^32: below it a write of the hot-cold pattern is hot. */
const HOT_BELOW = 0xe6666666;

export function xorshift32(state: number): number {
  let x = state | 0;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}

/** The upper half of a 32 by 32 bit product; exact, since `below` stays under 2^21 pages. */
const scaled = (random: number, below: number): number => Math.floor((random * below) / 4_294_967_296);

export class Dirtier implements Guest {
  private rng = RNG_START;
  private sequence = 0;
  private nowNs: Ns = 0;
  /** Writes that are due, with the fraction of the next one. */
  private due = 0;
  private share = 1;
  private readonly hotPages: number;

  constructor(
    private readonly config: DirtierConfig,
    private readonly ram: GuestRam,
  ) {
    this.hotPages = Math.max(1, Math.floor(config.setPages / 10));
    for (let write = 0; write < config.writesBefore; write++) this.write();
  }

  /** The share of the wanted rate that a throttled guest keeps up: what is later than the backlog cap is dropped. */
  throttle(percent: number): void {
    const sleepNs = Math.round(throttleSleepMs(percent) * NS_PER_MS);
    const periodNs = TIMESLICE_NS + sleepNs;
    const caughtUpNs = Math.max(0, this.config.backlogNs - MACHINE.throttleLateNs.value);
    this.share = Math.min(periodNs, TIMESLICE_NS + caughtUpNs) / periodNs;
  }

  advanceTo(tNs: Ns): void {
    this.due += ((tNs - this.nowNs) * this.config.writesPerSecond * this.share) / 1e9;
    this.nowNs = tNs;
    for (; this.due >= 1; this.due -= 1) this.write();
  }

  atSync(): void {
    for (const page of OWN_PAGES) this.ram.touch(page);
  }

  private write(): void {
    const page = BASE_PAGE + this.nextPage();
    const { write, writeBytes } = this.config;
    if (write === 'random') this.ram.writeSeed(page, (this.rng = xorshift32(this.rng)), writeBytes);
    else if (write === 'zero') this.ram.writeZeros(page);
    else this.ram.increment(page);
  }

  private nextPage(): number {
    const { pattern, setPages } = this.config;
    if (pattern === 'seq') return (this.sequence = this.sequence + 1 < setPages ? this.sequence + 1 : 0);
    const first = (this.rng = xorshift32(this.rng));
    if (pattern === 'random') return scaled(first, setPages);
    const second = (this.rng = xorshift32(this.rng));
    if (first < HOT_BELOW) return scaled(second, this.hotPages);
    return this.hotPages + scaled(second, setPages - this.hotPages);
  }
}
