/**
 * What QEMU's rate limiter and its statistics count for each page. 7.2 sees every byte at once; later versions see what was
 * flushed, 32 plain pages at a time; multifd sees packets.
 */
import { PPM, type Bytes } from '../../base/units.ts';
import { QEMU } from './thread.ts';
import { MACHINE } from './machine.ts';

export interface Limiter {
  /** Bytes the limiter has seen in this window. */
  readonly usedBytes: Bytes;
  /** All bytes handed over in this window: what the bandwidth is measured by. */
  readonly windowBytes: Bytes;
  /** Each returns what the statistics and the wire get. */
  plain(): Bytes;
  small(bytes: Bytes): Bytes;
  /** The end of a push; everything is flushed. */
  flush(): Bytes;
  reset(): void;
}

const PLAIN = QEMU.headerBytes + QEMU.pageBytes;
const PUSH_END = QEMU.endOfPushBytes + QEMU.sectionBytes;

/** 7.2: every byte counts when it is written. */
export class ByteLimiter implements Limiter {
  usedBytes: Bytes = MACHINE.setupBytes.value;
  windowBytes: Bytes = MACHINE.setupBytes.value;

  plain(): Bytes {
    return this.small(PLAIN);
  }

  small(bytes: Bytes): Bytes {
    this.usedBytes += bytes;
    this.windowBytes += bytes;
    return bytes;
  }

  flush(): Bytes {
    this.small(PUSH_END);
    return QEMU.endOfPushBytes;
  }

  reset(): void {
    this.usedBytes = 0;
    this.windowBytes = 0;
  }
}

/** Later versions: bytes count when they are flushed, which is after 64 pieces of memory or a full buffer. */
export class FlushLimiter implements Limiter {
  usedBytes: Bytes = MACHINE.setupBytes.value;
  windowBytes: Bytes = MACHINE.setupBytes.value;
  private pieces = 0;
  private waiting: Bytes = 0;
  private buffered: Bytes = 0;
  private inBuffer = false;

  /** The header lies in the buffer, the page is a piece of its own. */
  plain(): Bytes {
    this.buffer(QEMU.headerBytes);
    this.waiting += QEMU.pageBytes;
    this.inBuffer = false;
    if (++this.pieces >= QEMU.flushPieces) this.pass();
    return this.count(PLAIN);
  }

  small(bytes: Bytes): Bytes {
    this.buffer(bytes);
    return this.count(bytes);
  }

  flush(): Bytes {
    this.buffer(PUSH_END);
    this.pass();
    return this.count(PUSH_END);
  }

  reset(): void {
    this.usedBytes = 0;
    this.windowBytes = 0;
  }

  private buffer(bytes: Bytes): void {
    if (!this.inBuffer) this.pieces++;
    this.inBuffer = true;
    this.waiting += bytes;
    this.buffered += bytes;
    if (this.pieces >= QEMU.flushPieces || this.buffered >= QEMU.bufferBytes) this.pass();
  }

  private pass(): void {
    this.usedBytes += this.waiting;
    this.waiting = 0;
    this.buffered = 0;
    this.pieces = 0;
    this.inBuffer = false;
  }

  private count(bytes: Bytes): Bytes {
    this.windowBytes += bytes;
    return bytes;
  }
}

/** Multifd: plain pages wait for a full packet; zero pages go over the main connection (7.2) or in the packet (9.0 on). */
export class PacketLimiter implements Limiter {
  usedBytes: Bytes = MACHINE.setupBytes.value;
  windowBytes: Bytes = MACHINE.setupBytes.value;
  private queued = 0;
  private queuedBytes: Bytes = 0;
  private repeatPpm = 0;

  constructor(
    private readonly channels: number,
    private readonly modern: boolean,
  ) {}

  plain(): Bytes {
    return this.queue(QEMU.pageBytes);
  }

  small(bytes: Bytes): Bytes {
    return this.modern ? this.queue(0) : this.count(bytes);
  }

  flush(): Bytes {
    const rest = this.queued > 0 ? this.packet() : 0;
    const sync = this.count(this.channels * QEMU.packetHeaderBytes);
    this.count(PUSH_END);
    return rest + sync + QEMU.endOfPushBytes;
  }

  reset(): void {
    this.usedBytes = 0;
    this.windowBytes = 0;
  }

  private queue(bytes: Bytes): Bytes {
    this.queued++;
    this.queuedBytes += bytes;
    if (this.queued < QEMU.packetPages) return 0;
    const sent = this.packet();
    this.repeatPpm += this.modern ? 0 : MACHINE.multifdRepeatPpm.value;
    if (this.repeatPpm >= PPM) {
      this.repeatPpm -= PPM;
      this.queue(QEMU.pageBytes);
    }
    return sent;
  }

  private packet(): Bytes {
    const bytes = QEMU.packetHeaderBytes + this.queuedBytes;
    this.queued = 0;
    this.queuedBytes = 0;
    return this.count(bytes);
  }

  private count(bytes: Bytes): Bytes {
    this.usedBytes += bytes;
    this.windowBytes += bytes;
    return bytes;
  }
}
