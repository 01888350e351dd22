/** Sends the pages of one migration: finds the next dirty one, decides how it goes out, and says what that costs. */
import type { Bytes, BytesPerSecond, Ns } from '../../base/units.ts';
import { QEMU } from './thread.ts';
import { ByteLimiter, FlushLimiter, PacketLimiter, type Limiter } from './limiter.ts';
import { MACHINE } from './machine.ts';
import type { RecordedValues } from './parameters.ts';
import type { GuestRam } from './ram.ts';
import { Wire } from './wire.ts';
import { PageCache, ZERO_STAMP } from './xbzrle.ts';

/** `paused`: pre-copy with the guest stopped. */
export type SendPhase = 'precopy' | 'paused' | 'last' | 'postcopy';

/** What writes the memory while it is sent. */
export interface Guest {
  /** It runs until `tNs`, and has written what it writes until then. */
  advanceTo(tNs: Ns): void;
  /** It sleeps this share of its time from now on. */
  throttle(percent: number): void;
  /** The dirty log is about to be read. */
  atSync(): void;
}

export interface SenderSetup {
  readonly values: RecordedValues;
  /** From 9.0 on: what the limiter counts and where zero pages travel. */
  readonly modern: boolean;
  /** 0: plain loopback. */
  readonly linkBytesPerSecond: BytesPerSecond;
  /** A page through the compress threads. */
  readonly packedBytes: Bytes;
  /** Bytes of an XBZRLE delta between two stamps of a page: 0 where they are equal, -1 where a plain page is not longer. */
  readonly deltaBytes: (before: number, now: number) => number;
}

/** Names of blocks go out where the block changes. */
const MAIN_NAME_BYTES = 7;
const ROM_NAMES_BYTES = 50;

function limiterFor({ values, modern }: SenderSetup): Limiter {
  if (values.multifd) return new PacketLimiter(values['multifd-channels'], modern);
  return modern ? new FlushLimiter() : new ByteLimiter();
}

export class Sender {
  readonly limiter: Limiter;
  readonly wire: Wire;
  transferred: Bytes = 0;
  normal = 0;
  duplicate = 0;
  /** Pages that went out as a delta, their bytes, and pages XBZRLE found unchanged. */
  deltas = 0;
  deltaBytes: Bytes = 0;
  unchanged = 0;
  /** The scan has passed the end once; only then XBZRLE begins. */
  private wrapped = false;
  private cursor = 0;
  private inRom: boolean | null = null;
  private readonly cache: PageCache | null;
  private readonly compress: boolean;
  /** Pages that one entry of the bitmap stands for. */
  private readonly pages: number;

  constructor(
    private readonly setup: SenderSetup,
    private readonly ram: GuestRam,
    private readonly guest: Guest,
  ) {
    this.limiter = limiterFor(setup);
    this.wire = new Wire(setup.linkBytesPerSecond);
    this.pages = ram.layout.pagesPerEntry;
    const { values } = setup;
    this.compress = values.compress;
    // Multifd knows no XBZRLE.
    const usesCache = values.xbzrle && !values.multifd;
    this.cache = usesCache ? new PageCache(values['xbzrle-cache-size'] / this.pages) : null;
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
    if (this.setup.modern) this.transferred += bytes;
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
    this.duplicate += this.pages;
    if (this.cache && this.wrapped && phase === 'precopy') this.cache.insert(page, ZERO_STAMP, syncs);
    const doneNs = tNs + this.pages * MACHINE.zeroPageNs.value;
    const first = this.limiter.small(QEMU.zeroPageBytes + this.nameBytes(page));
    return this.put(doneNs, first + this.more(() => this.limiter.small(QEMU.zeroPageBytes)));
  }

  private sendPlain(tNs: Ns, page: number, phase: SendPhase): Ns {
    if (this.compress) return this.sendCompressed(tNs, page);
    this.normal += this.pages;
    const names = this.limiter.small(this.nameBytes(page));
    const first = this.limiter.plain() + names;
    return this.put(tNs + this.pages * this.pageNs(phase), first + this.more(() => this.limiter.plain()));
  }

  private pageNs(phase: SendPhase): Ns {
    if (this.wire.hasLink) return MACHINE.linkPageNs.value;
    return phase === 'postcopy' ? MACHINE.postcopyPageNs.value : MACHINE.pageNs.value;
  }

  private sendCompressed(tNs: Ns, page: number): Ns {
    const bytes = QEMU.headerBytes + 4 + this.setup.packedBytes;
    const first = this.limiter.small(bytes + this.nameBytes(page));
    const doneNs = tNs + this.pages * MACHINE.compressPageNs.value;
    return this.put(doneNs, first + this.more(() => this.limiter.small(bytes)));
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
    const encoded = this.setup.deltaBytes(before, stamp);
    const doneNs = tNs + this.pages * MACHINE.xbzrlePageNs.value;
    if (encoded === 0) {
      this.unchanged += this.pages;
      return doneNs;
    }
    if (phase !== 'last') cache.update(page, stamp);
    if (encoded < 0) return this.sendPlain(doneNs, page, phase);
    const bytes = QEMU.xbzrleHeaderBytes + encoded;
    this.deltas += this.pages;
    this.deltaBytes += this.pages * bytes;
    const first = this.limiter.small(bytes + this.nameBytes(page));
    return this.put(doneNs, first + this.more(() => this.limiter.small(bytes)));
  }

  /** The other pages of an entry. */
  private more(send: () => Bytes): Bytes {
    let bytes = 0;
    for (let page = 1; page < this.pages; page++) bytes += send();
    return bytes;
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
