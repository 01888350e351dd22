/** Replays one measured migration: the memory and the guest of the record, run by QEMU's migration thread. */
import { NS_PER_MS, PAGE_BYTES, type Ns } from '../../base/units.ts';
import { BASE_PAGE, Dirtier } from './dirtier.ts';
import { MACHINE } from './machine.ts';
import { QemuMigration } from './migration.ts';
import { GuestRam } from './ram.ts';
import type { RunInput, RunPrediction } from './record.ts';
import { Sender } from './sender.ts';
import { QEMU, rulesOf } from './thread.ts';
import { differenceBytes } from './xbzrle.ts';

export function replay(input: RunInput): RunPrediction {
  const ram = ramOf(input);
  const guest = new Dirtier(input.dirtier, ram);
  const sender = senderOf(input, ram, guest);
  const migration = new QemuMigration({
    rules: rulesOf(input.qemuMajor),
    values: input.values,
    ram,
    guest,
    sender,
    deviceStateBytes: MACHINE.deviceStateBytes.value,
  });
  migration.postcopyFromNs = input.postcopyAfterNs ?? Infinity;
  migration.start();
  while (!migration.isComplete && (migration.tNs < input.timeoutNs || migration.phase === 'postcopy'))
    migration.step();
  return answer(migration, sender);
}

function ramOf(input: RunInput): GuestRam {
  const more =
    (input.q35 ? MACHINE.romUsedMoreQ35.value : 0) +
    (input.qemuMajor >= 9 ? MACHINE.romUsedMoreV10.value : 0);
  return new GuestRam({
    memoryPages: input.memoryBytes / PAGE_BYTES,
    romPages: MACHINE.romPages.value,
    romUsedPages: MACHINE.romUsedPages.value + more,
    lowUsedPages: MACHINE.firmwareLowPages.value,
    filledFrom: BASE_PAGE,
    filledPages: input.content === 'zero' ? 0 : input.filledBytes / PAGE_BYTES,
    pagesPerEntry: 1,
  });
}

function senderOf(input: RunInput, ram: GuestRam, guest: Dirtier): Sender {
  const packs = input.content === 'text' || input.content === 'const';
  const { writeBytes } = input.dirtier;
  const setup = {
    values: input.values,
    modern: input.qemuMajor >= 9,
    linkBytesPerSecond: input.linkBytesPerSecond,
    packedBytes: packs ? MACHINE.compressedTextBytes.value : QEMU.pageBytes,
    deltaBytes: (before: number, now: number) => differenceBytes(before, now, writeBytes),
  };
  return new Sender(setup, ram, guest);
}

function answer(migration: QemuMigration, sender: Sender): RunPrediction {
  const { transferred, normal, duplicate } = sender;
  const completed = migration.isComplete;
  const ms = (ns: Ns, digits: number) => (completed ? Math.round(ns / (NS_PER_MS / digits)) / digits : null);
  return {
    outcome: completed ? 'completed' : 'not-converged',
    totalMs: ms(migration.tNs - MACHINE.clockStartNs.value, 1),
    downtimeMs: ms(migration.downtimeNs, 1),
    stopToResumeMs: ms(migration.stopToResumeNs, 100),
    transferred,
    syncs: migration.syncs,
    normal,
    duplicate,
  };
}
