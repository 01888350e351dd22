/** T1 to T6: figures of vMotion, computed by the code that migrations use. */
import { NS_PER_MS, PAGE_BYTES, PPM, mulDivFloor } from '../../base/units.ts';
import { Limits, nicMost, type OperationKind } from '../limits.ts';
import { Sharing } from '../network/max-min.ts';
import { cpuReservePpm, streamCap, type StreamPath } from '../network/stream.ts';
import { decideEsxi, ESXI_8 } from '../policy/esxi-profiles.ts';
import { defaultsOf } from '../policy/parameters.ts';
import { check, type PublishedCheck } from './check.ts';

/** vGPU frame buffer in use (GB) and the stun (s) in vSphere 6.7 U1 on 10GbE. */
const VGPU_STUN = [
  [1, 9.0],
  [2, 16.5],
  [4, 31.4],
  [8, 61.3],
  [10, 76.3],
  [12, 91.2],
] as const;
const VGPU_SOURCE = 'vSphere 6.7 U1 vGPU vMotion measurements';

/** A fixed part and a rate, from the first and the last row alone; the rows between are predicted. */
export function vgpuStunSeconds(usedGb: number): number {
  const [[least, first], [most, last]] = [VGPU_STUN[0], VGPU_STUN[5]];
  return first + ((usedGb - least) * (last - first)) / (most - least);
}

function vgpuChecks(): PublishedCheck[] {
  const limitSeconds = defaultsOf(ESXI_8).maxSwitchoverSeconds;
  const between = VGPU_STUN.slice(1, -1).map(([gb, seconds]) =>
    check([
      'T1',
      `vGPU stun, ${gb} GB in use (calibrated on 1 and 12 GB)`,
      's',
      vgpuStunSeconds(gb),
      seconds,
      0.1,
      VGPU_SOURCE,
    ]),
  );
  const failing = [16, 24].map((gb) =>
    check([
      'T1',
      `vGPU, ${gb} GB: over ${limitSeconds} s and fails (1 = fails)`,
      '',
      Number(vgpuStunSeconds(gb) > limitSeconds),
      1,
      0,
      VGPU_SOURCE,
    ]),
  );
  return [...between, ...failing];
}

/** Stop rule of the published log: 3491 pages at 931.354 MB/s. */
function switchRule(): PublishedCheck[] {
  const bytesPerSecond = 931_354_000;
  const values = defaultsOf(ESXI_8);
  const after = (leftPages: number, rate: number) =>
    decideEsxi(values, {
      rounds: 2,
      elapsedMs: 10_000,
      sentBytes: 1e9,
      leftPages,
      leftBytes: leftPages * PAGE_BYTES,
      bytesPerSecond: rate,
      totalSentPages: 1e6,
      memoryPages: 1e6,
      leftBefore: [],
      throttlePercent: 0,
    });
  const log = 'vmkernel log: "only 3491 pages left ... ~931.354 MB/s"';
  const needed = after(3491, bytesPerSecond);
  const mebibytes = 976_595_000;
  let most = 119_000;
  while (after(most + 1, mebibytes).action === 'switch-over') most++;
  return [
    check(['T4', 'time for 3491 pages', 'ms', needed.numbers['neededMs'] ?? 0, 15, 0.41, log]),
    check([
      'T4',
      'the guest is switched over (1 = yes)',
      '',
      Number(needed.action === 'switch-over'),
      1,
      0,
      log,
    ]),
    check(['T4', 'most pages within 0.5 s, MB read as MiB', 'pages', most, 119_213, 1, log]),
  ];
}

const GBE = 125_000_000;
/** A frame of 1,538 bytes on the wire carries 1,448 of TCP payload, as in the schema's default. */
const ETHERNET_GOODPUT_PPM = 941_482;

/** A path on which nothing but its line limits the sender; the tests below change one part of it. */
const HEALTHY: StreamPath = {
  lineBytesPerSecond: GBE,
  goodputPpm: PPM,
  windowBytes: 2 ** 30,
  rttNs: 0,
  lossPpm: 0,
  segmentBytes: 1_448,
  version: '6.0',
  grantedPpm: PPM,
  reservePpm: PPM,
};

function metro(): PublishedCheck[] {
  const source = 'Metro vMotion: 1GbE, 10 ms';
  const mb = (window: number) =>
    streamCap({ ...HEALTHY, windowBytes: window * 1e6, rttNs: 10 * NS_PER_MS }).bytesPerSecond / 1e6;
  return [
    check(['T3', '0.5 MB of socket buffer', 'MB/s', mb(0.5), 50, 0.5, source]),
    check(['T3', '1.25 MB of socket buffer', 'MB/s', mb(1.25), 125, 0.5, source]),
  ];
}

/** Adapters of 40GbE before auto-tuning, one stream each, share the goodput of the line as migrations do. */
function adaptersGbit(adapters: number): number {
  const line = 40 * GBE;
  const sharing = new Sharing([mulDivFloor(line, ETHERNET_GOODPUT_PPM, PPM)]);
  const { bytesPerSecond } = streamCap({ ...HEALTHY, lineBytesPerSecond: line });
  const flows = Array.from({ length: adapters }, () => sharing.addFlow([0], bytesPerSecond));
  sharing.resolve();
  return flows.reduce((sum, flow) => sum + flow.rate, 0) / GBE;
}

function streams(): PublishedCheck[] {
  return (
    [
      [1, 18],
      [2, 28],
      [3, 36],
    ] as const
  ).map(([n, gbit]) =>
    check([
      'T2',
      `40GbE with ${n} VMkernel adapter${n > 1 ? 's' : ''} (within 20 %)`,
      'Gbit/s',
      adaptersGbit(n),
      gbit,
      gbit * 0.2,
      'vSphere 6, one stream each',
    ]),
  );
}

function reserve(): PublishedCheck[] {
  const source = 'vMotion CPU reservation by adapter';
  return (
    [
      ['1 x 1GbE', [1], 30],
      ['4 x 1GbE', [1, 1, 1, 1], 40],
      ['1 x 10GbE', [10], 100],
    ] as const
  ).map(([name, gbit, percent]) =>
    check([
      'T5',
      name,
      '% of a core',
      cpuReservePpm(gbit.map((one) => one * GBE)) / 10_000,
      percent,
      0,
      source,
    ]),
  );
}

/** Whether the last of these operations runs at once: on one source host, or on one datastore with hosts of its own each. */
function admits(where: 'host' | 'datastore', vmotions: number, storageVmotions: number): boolean {
  const kinds = [
    ...new Array<OperationKind>(storageVmotions).fill('storage-vmotion'),
    ...new Array<OperationKind>(vmotions).fill('vmotion'),
  ];
  // The last host is a source with room for all; targets and datastores are apart where they are not asked about.
  const limits = new Limits(
    new Array<number>(2 * kinds.length + 1).fill(nicMost([10 * GBE])),
    kinds.length + 1,
  );
  return kinds
    .map((kind, at) => {
      const source = where === 'host' ? 2 * kinds.length : 2 * at;
      const target = kind === 'vmotion' ? 2 * at + 1 : source;
      const store = where === 'host' ? at : kinds.length;
      return limits.ask(at, { kind, source, target, sourceDatastore: store, targetDatastore: store });
    })
    .every((runs) => runs);
}

function concurrency(): PublishedCheck[] {
  const source = 'vSphere limits on simultaneous migrations';
  const rows = [
    ['host', 0, 2, 1],
    ['host', 4, 1, 1],
    ['host', 8, 0, 1],
    ['host', 9, 0, 0],
    ['host', 5, 1, 0],
    ['datastore', 1, 7, 1],
    ['datastore', 1, 8, 0],
    ['datastore', 128, 0, 1],
  ] as const;
  return rows.map(([where, moves, storage, may]) =>
    check([
      'T6',
      `${where}: ${moves} vMotion and ${storage} Storage vMotion (1 = at once, 0 = queued)`,
      '',
      Number(admits(where, moves, storage)),
      may,
      0,
      source,
    ]),
  );
}

export function vsphereChecks(): PublishedCheck[] {
  return [...vgpuChecks(), ...streams(), ...metro(), ...switchRule(), ...reserve(), ...concurrency()];
}
