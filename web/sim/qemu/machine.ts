/**
 * What belongs to the machine the reference was measured on and not to QEMU: processor cost, sockets, what the firmware leaves in
 * memory. Each value is a median over many runs of several kinds, none is fitted to a single run. Another machine would have
 * others; everything QEMU itself prescribes is in `../policy/qemu.ts`.
 */
export interface MachineConstant {
  readonly value: number;
  readonly unit: 'ns' | 'B' | 'pages' | 'ppm';
  readonly reason: string;
}

export const MACHINE = {
  threadStartNs: {
    value: 1_000_000,
    unit: 'ns',
    reason:
      'from the migrate command to the first window: thread, sockets (first window ends 101.0 ms in the median)',
  },
  clockStartNs: {
    value: 400_000,
    unit: 'ns',
    reason: 'from the migrate command to the instant QEMU counts its total time from',
  },
  setupNs: {
    value: 500_000,
    unit: 'ns',
    reason: 'from the start of the thread to the first bitmap sync, the stream header in between',
  },
  timerLatencyNs: {
    value: 80_000,
    unit: 'ns',
    reason: 'a timed wait of the kernel ends this late: 50 us of timer slack and the scheduler',
  },
  pageNs: {
    value: 2_800,
    unit: 'ns',
    reason: 'one page over loopback; the target, which copies it into fresh memory, is the slower side',
  },
  linkPageNs: {
    value: 800,
    unit: 'ns',
    reason:
      'one page from guest memory into the socket, where the link and not the target holds the stream up',
  },
  zeroPageNs: {
    value: 240,
    unit: 'ns',
    reason: 'comparing a page with zero',
  },
  xbzrlePageNs: {
    value: 2_500,
    unit: 'ns',
    reason: 'copy of a page, comparison with the cached one, encoding',
  },
  postcopyPageNs: {
    value: 5_700,
    unit: 'ns',
    reason: 'one page in post-copy over loopback: the target places each one by a system call',
  },
  compressPageNs: {
    value: 70_000,
    unit: 'ns',
    reason: 'one page through the compress threads, which share two cores with the guest',
  },
  compressedTextBytes: {
    value: 1_135,
    unit: 'B',
    reason: "a page of the guest's text at zlib level 1; pages of random bytes stay as they are",
  },
  throttleLateNs: {
    value: 700_000,
    unit: 'ns',
    reason:
      'a throttled vCPU runs this much less in each period: it leaves its loop and wakes late (12.3 ms kept of 13 at 50, 60 and 70 %)',
  },
  syncNs: {
    value: 100_000,
    unit: 'ns',
    reason: 'one bitmap sync (median of the trace)',
  },
  stopNs: {
    value: 250_000,
    unit: 'ns',
    reason: 'from the decision to the stopped guest: lock, vCPU out of its loop',
  },
  completeNs: {
    value: 1_200_000,
    unit: 'ns',
    reason: 'device state and bookkeeping within the downtime (idle guests: 1 ms)',
  },
  resumeNs: {
    value: 1_500_000,
    unit: 'ns',
    reason: 'the target loads the devices and starts the vCPU after the last byte',
  },
  postcopyResumeNs: {
    value: 8_000_000,
    unit: 'ns',
    reason: 'post-copy: discards, the package, user-fault registration, until the vCPU runs at the target',
  },
  socketBytes: {
    value: 4_600_000,
    unit: 'B',
    reason:
      'what fits between sender and a slow link before the sender blocks: bytes written less bytes the link can have taken',
  },
  socketWakeBytes: {
    value: 1_576_000,
    unit: 'B',
    reason: 'a blocked sender wakes only when this much is free again (12 writes of 32 pages seen in a row)',
  },
  setupBytes: {
    value: 203,
    unit: 'B',
    reason: 'stream header and block list; the limiter counts them, the statistics do not',
  },
  deviceStateBytes: {
    value: 112_000,
    unit: 'B',
    reason:
      'device state and its description after the last page (QEMU 10 counts it: 112 kB for every guest)',
  },
  firmwareLowPages: {
    value: 39,
    unit: 'pages',
    reason: 'pages of the first 16 MiB that are not zero: guest code, BIOS shadow',
  },
  romPages: { value: 130, unit: 'pages', reason: 'pages of ROM and tables behind the memory' },
  romUsedPages: { value: 79, unit: 'pages', reason: 'of which not zero (machine pc, QEMU 7.2)' },
  romUsedMoreQ35: { value: 8, unit: 'pages', reason: 'more of them on machine q35' },
  romUsedMoreV10: { value: 3, unit: 'pages', reason: 'more of them with the BIOS of QEMU 10' },
  multifdRepeatPpm: {
    value: 620_000,
    unit: 'ppm',
    reason:
      'multifd of 7.2 queues the last page of a packet again when the channel was faster than the main thread; this share of packets',
  },
} as const satisfies Readonly<Record<string, MachineConstant>>;
