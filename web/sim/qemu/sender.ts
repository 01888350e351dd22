/** Sends the pages of one migration: finds the next dirty one, decides how it goes out, and says what that costs. */
import type { Bytes, Ns } from '../../base/units.ts';
import { QEMU } from './thread.ts';
import type { Dirtier } from './dirtier.ts';
import { ByteLimiter, FlushLimiter, PacketLimiter, type Limiter } from './limiter.ts';
import { MACHINE } from './machine.ts';
import type { GuestRam } from './ram.ts';
import type { RunInput } from './record.ts';
import { Wire } from './wire.ts';
import { PageCache, ZERO_STAMP, differenceBytes } from './xbzrle.ts';

export type SendPhase = 'precopy' | 'last' | 'postcopy';

/** Names of blocks go out where the block changes. */
const MAIN_NAME_BYTES = 7;
const ROM_NAMES_BYTES = 50;

function limiterFor(input: RunInput): Limiter {
  const modern = input.qemuMajor >= 9;
  if (input.values.multifd) return new PacketLimiter(input.values['multifd-channels'], modern);
  return modern ? new FlushLimiter() : new ByteLimiter();
}

export class Sender {
  readonly limiter: Limiter;
  readonly wire: Wire;
  transferred: Bytes = 0;
  normal = 0;
  duplicate = 0;
  /** The scan has passed the end once; only then XBZRLE begins. */
  private wrapped = false;
  private cursor = 0;
  private inRom: boolean | null = null;
  private readonly cache: PageCache | null;
  private readonly compress: boolean;

  constructor(
    private readonly input: RunInput,
    private readonly ram: GuestRam,
    private readonly guest: Dirtier,
  ) {
    this.limiter = limiterFor(input);
    this.wire = new Wire(input.linkBytesPerSecond);
    const { values } = input;
    this.compress = values.compress;
    this.cache = values.xbzrle ? new PageCache(values['xbzrle-cache-size']) : null;
  }

  /** Sends the next dirty page; when it is done, or null where none is dirty. `syncs` is the age of the cache. */
  next(tNs: Ns, phase: SendPhase, syncs: number): Ns | null {
    if (phase === 'precopy') this.guest.advanceTo(tNs);
    const page = this.find();
    if (page < 0) return null;
    this.ram.clear(page);
    this.cursor = page + 1;
    if (this.ram.used[page] === 0) return this.sendZero(tNs, page, phase, syncs);
    if (this.cache && this.wrapped && phase !== 'postcopy')
      return this.sendDifference(tNs, page, phase, syncs);
    return this.sendPlain(tNs, page, phase);
  }

  /** The end of a push of pages. */
  endPush(tNs: Ns): Ns {
    const bytes = this.limiter.flush();
    this.transferred += bytes;
    return this.wire.write(tNs, bytes);
  }

  /** Bytes that are no pages. */
  sendState(tNs: Ns, bytes: Bytes): Ns {
    if (this.input.qemuMajor >= 9) this.transferred += bytes;
    return this.wire.write(tNs, bytes);
  }

  private find(): number {
    const found = this.ram.nextDirty(this.cursor);
    if (found >= 0) return found;
    this.wrapped = true;
    this.cursor = 0;
    return this.ram.nextDirty(0);
  }

  private sendZero(tNs: Ns, page: number, phase: SendPhase, syncs: number): Ns {
    this.duplicate++;
    if (this.cache && this.wrapped && phase === 'precopy') this.cache.insert(page, ZERO_STAMP, syncs);
    const doneNs = tNs + MACHINE.zeroPageNs.value;
    return this.put(doneNs, this.limiter.small(QEMU.zeroPageBytes + this.nameBytes(page)));
  }

  private sendPlain(tNs: Ns, page: number, phase: SendPhase): Ns {
    if (this.compress) return this.sendCompressed(tNs, page);
    this.normal++;
    const names = this.limiter.small(this.nameBytes(page));
    return this.put(tNs + this.pageNs(phase), this.limiter.plain() + names);
  }

  private pageNs(phase: SendPhase): Ns {
    if (this.wire.hasLink) return MACHINE.linkPageNs.value;
    return phase === 'postcopy' ? MACHINE.postcopyPageNs.value : MACHINE.pageNs.value;
  }

  private sendCompressed(tNs: Ns, page: number): Ns {
    const text = this.input.content === 'text' || this.input.content === 'const';
    const packed = text ? MACHINE.compressedTextBytes.value : QEMU.pageBytes;
    const bytes = QEMU.headerBytes + 4 + packed + this.nameBytes(page);
    return this.put(tNs + MACHINE.compressPageNs.value, this.limiter.small(bytes));
  }

  /** A hit goes out as the difference, or not at all; a miss goes out plain and into the cache. */
  private sendDifference(tNs: Ns, page: number, phase: SendPhase, syncs: number): Ns {
    const cache = this.cache!;
    const stamp = this.ram.stamp[page]!;
    const before = cache.lookUp(page, syncs);
    if (before === null) {
      if (phase !== 'last') cache.insert(page, stamp, syncs);
      return this.sendPlain(tNs, page, phase);
    }
    const encoded = differenceBytes(before, stamp, this.input.dirtier.writeBytes);
    const doneNs = tNs + MACHINE.xbzrlePageNs.value;
    if (encoded === 0) return doneNs;
    if (phase !== 'last') cache.update(page, stamp);
    if (encoded < 0) return this.sendPlain(doneNs, page, phase);
    const bytes = QEMU.xbzrleHeaderBytes + encoded + this.nameBytes(page);
    return this.put(doneNs, this.limiter.small(bytes));
  }

  private put(tNs: Ns, bytes: Bytes): Ns {
    this.transferred += bytes;
    return this.wire.write(tNs, bytes);
  }

  private nameBytes(page: number): Bytes {
    const inRom = page >= this.ram.layout.memoryPages;
    if (inRom === this.inRom) return 0;
    this.inRom = inRom;
    return inRom ? ROM_NAMES_BYTES : MAIN_NAME_BYTES;
  }
}
