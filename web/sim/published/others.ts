/** Figures of QEMU, Nova, simulators and the recurrence of the pre-copy papers. */
import { NS_PER_MS } from '../../base/units.ts';
import {
  cloudSimPlusSeconds,
  cloudSimSeconds,
  geometric,
  mvmSeconds,
  simGridSeconds,
} from '../baselines/index.ts';
import { NOVA, novaDowntimeSteps } from '../policy/nova.ts';
import { defaultsOf } from '../policy/parameters.ts';
import { nextThrottle, QEMU_92, thresholdBytes, windowBudgetBytes } from '../policy/qemu-profiles.ts';
import { QEMU_RECORDED } from '../qemu/parameters.ts';
import { replay } from '../qemu/replay.ts';
import { RAW_PAGE_WIRE_BYTES, ZERO_PAGE_WIRE_BYTES } from '../rounds.ts';
import { check, type PublishedCheck } from './check.ts';

/** What other projects publish of themselves, and the closed forms that follow from it. */
function oracles(): PublishedCheck[] {
  const qemu = defaultsOf(QEMU_92);
  const perMs = qemu['max-bandwidth'] / 1000;
  const zeros = (262_144 * ZERO_PAGE_WIRE_BYTES) / 1_048_576;
  const steps = novaDowntimeSteps(defaultsOf(NOVA), 2);
  let throttle = 0;
  let raises = 0;
  while (throttle < 99) {
    throttle = nextThrottle(qemu, throttle, 0);
    raises++;
  }
  const simgrid = 'SimGrid, example s4u-cloud-migration';
  return [
    check(['SimGrid', '1 GB', 's', simGridSeconds(1e9, 1), 132.766, 0.001, simgrid]),
    check(['SimGrid', '100 MB', 's', simGridSeconds(1e8, 1), 13.346, 0.001, simgrid]),
    check(['SimGrid', 'two of 1 GB at once', 's', simGridSeconds(1e9, 2), 265.454, 0.001, simgrid]),
    check([
      'CloudSim',
      '1024 MB over 1 Gbit/s',
      's',
      cloudSimSeconds(1024, 1000),
      16.384,
      0.0001,
      'PowerDatacenter.java',
    ]),
    check([
      'CloudSim Plus',
      '1024 MB over 125 MB/s',
      's',
      cloudSimPlusSeconds(1024, 125),
      16.384,
      0.0001,
      'DatacenterSimple.java',
    ]),
    check([
      'mVM',
      '1024 MB over 900 Mbit/s, idle',
      's',
      mvmSeconds({ memoryMb: 1024, bandwidthMbitPerSecond: 900 }),
      10.2913,
      0.0001,
      'BtrPlace CNetwork.java',
    ]),
    check([
      'QEMU',
      'bytes of a 100 ms window at 128 MiB/s',
      'B',
      windowBudgetBytes(qemu),
      13_421_772,
      0,
      'migration.c',
    ]),
    check([
      'QEMU',
      'threshold at 128 MiB/s and 300 ms',
      'B',
      thresholdBytes(qemu, perMs),
      40_265_318,
      0,
      'migration.c',
    ]),
    check(['QEMU', 'all-zero GiB on the wire', 'MiB', zeros, 2.25, 0, 'ram.c: 9 bytes a page']),
    check(['QEMU', 'normal page on the wire', 'B', RAW_PAGE_WIRE_BYTES, 4104, 0, 'ram.c']),
    check(['QEMU', 'raises of auto-converge from 0 to 99 %', '', raises, 9, 0, 'ram.c']),
    check(['Nova', 'first downtime limit', 'ms', steps[0]?.downtimeMs ?? 0, 50, 0, 'nova migration.py']),
    check(['Nova', 'last downtime limit', 'ms', steps.at(-1)?.downtimeMs ?? 0, 500, 0, 'nova migration.py']),
  ];
}

/**
 * Post-copy from the first second on over 1GbE: the QEMU engine replays idle guests at both ends of the published range of sizes. Its
 * costs of stopping and resuming were measured on another machine (`qemu/machine.ts`), so only the range is held.
 */
function postCopyDowntime(): PublishedCheck[] {
  const values = { ...defaultsOf(QEMU_RECORDED), 'max-bandwidth': 117_000_000, 'postcopy-ram': true };
  return [1, 8].map((gb) => {
    const memoryBytes = gb * 1_073_741_824;
    const { stopToResumeMs } = replay({
      kind: 'postcopy',
      qemuMajor: 7,
      q35: false,
      memoryBytes,
      filledBytes: memoryBytes / 2,
      content: 'random',
      dirtier: {
        pattern: 'seq',
        write: 'byte',
        writeBytes: 1,
        setPages: 256,
        writesPerSecond: 0,
        writesBefore: 0,
        backlogNs: 20 * NS_PER_MS,
      },
      values,
      linkBytesPerSecond: 0,
      postcopyAfterNs: 1_000 * NS_PER_MS,
      timeoutNs: 600_000 * NS_PER_MS,
    });
    const title = `post-copy downtime of ${gb} GiB over 1GbE, within 7 to 11.6 ms`;
    const source = 'post-copy on QEMU/KVM over 1GbE, 1 to 8 GB';
    return check(['T12', title, 'ms', stopToResumeMs ?? Infinity, 9.3, 2.3, source]);
  });
}

/** Worked samples of the recurrence V(k+1) = min(W, d V(k) / B). */
function recurrence(): PublishedCheck[] {
  const source = 'recurrence of the pre-copy papers, worked by hand';
  const run = (memory: number, rate: number, dirty: number, workingSet: number) =>
    geometric({
      memoryBytes: memory * 1_073_741_824,
      bytesPerSecond: rate,
      dirtyBytesPerSecond: dirty,
      workingSetBytes: workingSet,
      goalSeconds: 0.5,
      deviceStateBytes: 8e6,
    });
  const slow = run(8, 117e6, 40e6, 2e9);
  const fast = run(8, 1.17e9, 200e6, 2e9);
  return [
    check([
      'recurrence',
      '8 GiB, 117 MB/s, 40 MB/s dirtied, 2 GB hot',
      's',
      slow?.totalSeconds ?? 0,
      99.0,
      0.5,
      source,
    ]),
    check(['recurrence', 'its bytes', 'GB', (slow?.totalBytes ?? 0) / 1e9, 11.6, 0.05, source]),
    check([
      'recurrence',
      'its downtime without fixed costs',
      'ms',
      (slow?.downtimeSeconds ?? 0) * 1000,
      302,
      3,
      source,
    ]),
    check([
      'recurrence',
      '8 GiB, 1.17 GB/s, 200 MB/s dirtied: downtime',
      'ms',
      (fast?.downtimeSeconds ?? 0) * 1000,
      221,
      3,
      source,
    ]),
  ];
}

export function otherChecks(): PublishedCheck[] {
  return [...postCopyDowntime(), ...oracles(), ...recurrence()];
}
