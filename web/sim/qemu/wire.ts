/**
 * What happens to bytes after QEMU has written them. Over loopback the target keeps up and only its cost per page counts. Before
 * a slower link lie socket buffers: the sender fills them, blocks, and wakes only when a good part is free again.
 */
import { transferNs, bytesIn, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import { MACHINE } from './machine.ts';

export class Wire {
  /** All that was written so far. */
  writtenBytes: Bytes = 0;
  private level: Bytes = 0;
  private levelAtNs: Ns = 0;

  /** 0 bytes per second: plain loopback. */
  constructor(private readonly linkBytesPerSecond: BytesPerSecond) {}

  get hasLink(): boolean {
    return this.linkBytesPerSecond > 0;
  }

  /** When the sender is done with writing `bytes` that it starts to write at `tNs`. */
  write(tNs: Ns, bytes: Bytes): Ns {
    this.writtenBytes += bytes;
    if (!this.hasLink) return tNs;
    this.drain(tNs);
    this.level += bytes;
    if (this.level <= MACHINE.socketBytes.value) return tNs;
    const wake = this.level - (MACHINE.socketBytes.value - MACHINE.socketWakeBytes.value);
    const wokenNs = tNs + transferNs(wake, this.linkBytesPerSecond);
    this.drain(wokenNs);
    return wokenNs;
  }

  /** When the last byte written until `tNs` has arrived. */
  arrivedNs(tNs: Ns): Ns {
    if (!this.hasLink) return tNs;
    this.drain(tNs);
    return tNs + transferNs(this.level, this.linkBytesPerSecond);
  }

  /** The link carried nothing until `tNs`: what waits for it still waits. */
  stall(tNs: Ns): void {
    this.levelAtNs = Math.max(this.levelAtNs, tNs);
  }

  private drain(tNs: Ns): void {
    this.level = Math.max(0, this.level - bytesIn(tNs - this.levelAtNs, this.linkBytesPerSecond));
    this.levelAtNs = tNs;
  }
}
