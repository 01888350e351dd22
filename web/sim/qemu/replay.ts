/**
 * Replays one migration as QEMU's migration thread runs it: pushes of pages, windows of 100 ms with a budget of bytes, bitmap
 * syncs only where little is known to be left, then stop, last pages, resume. Source of the loop: migration/migration.c.
 */
import { NS_PER_MS, PAGE_BYTES, type Bytes, type Ns } from '../../base/units.ts';
import {
  QEMU,
  UNTHROTTLED,
  decideThrottle,
  decideTurn,
  rulesOf,
  windowBudget,
  type ThrottleState,
} from './thread.ts';
import { PERIOD_MS, WINDOW_MS, thresholdBytes } from '../policy/qemu-profiles.ts';
import { BASE_PAGE, Dirtier } from './dirtier.ts';
import { MACHINE } from './machine.ts';
import { GuestRam } from './ram.ts';
import type { RunInput, RunPrediction } from './record.ts';
import { Sender, type SendPhase } from './sender.ts';

/** QEMU reads its clock in whole milliseconds. */
const wholeMs = (tNs: Ns): number => Math.floor(tNs / NS_PER_MS);

export function replay(input: RunInput): RunPrediction {
  return new Replay(input).run();
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
  });
}

class Replay {
  private readonly ram: GuestRam;
  private readonly guest: Dirtier;
  private readonly sender: Sender;
  private tNs: Ns = MACHINE.threadStartNs.value;
  private windowStartMs = wholeMs(MACHINE.threadStartNs.value);
  private budget: Bytes;
  private threshold: Bytes = 0;
  private syncs = 0;
  private syncedNs: Ns = 0;
  private phase: SendPhase = 'precopy';
  private throttle: ThrottleState = UNTHROTTLED;
  private periodStartMs = 0;
  private periodDirtyPages = 0;
  private periodSentBefore: Bytes = 0;
  private downtimeNs: Ns = 0;
  private stopToResumeNs: Ns = 0;

  constructor(private readonly input: RunInput) {
    this.ram = ramOf(input);
    this.guest = new Dirtier(input.dirtier, this.ram);
    this.sender = new Sender(input, this.ram, this.guest);
    this.budget = windowBudget(input.values, input.values['max-bandwidth']);
  }

  run(): RunPrediction {
    this.sender.wire.write(this.tNs, MACHINE.setupBytes.value);
    this.tNs += MACHINE.setupNs.value;
    this.guest.advanceTo(this.tNs);
    this.ram.startLog();
    this.sync();
    while (this.tNs < this.input.timeoutNs || this.phase === 'postcopy') {
      if (this.sender.limiter.usedBytes <= this.budget && this.turn()) return this.answer(true);
      this.endTurn();
    }
    return this.answer(false);
  }

  /** One turn of the thread; true when the migration is complete. */
  private turn(): boolean {
    if (this.isSyncForced()) this.sync();
    let action = this.decide(false);
    if (action === 'sync') {
      this.sync();
      action = this.decide(true);
    }
    if (action === 'complete') this.complete();
    else if (action === 'start-postcopy') this.startPostcopy();
    else this.push();
    return action === 'complete';
  }

  /** Later versions sync now and then under auto-converge, so that a long pass is throttled in time. */
  private isSyncForced(): boolean {
    const { forcedSyncMs } = rulesOf(this.input.qemuMajor);
    if (forcedSyncMs === 0 || !this.input.values['auto-converge'] || this.phase !== 'precopy') return false;
    return this.syncs > 1 && this.tNs - this.syncedNs >= forcedSyncMs * NS_PER_MS;
  }

  private decide(synced: boolean) {
    const { postcopyAfterNs, values } = this.input;
    return decideTurn({
      pendingBytes: this.ram.dirtyPages * PAGE_BYTES,
      thresholdBytes: this.threshold,
      inPostcopy: this.phase === 'postcopy',
      postcopyAsked: values['postcopy-ram'] && postcopyAfterNs !== null && this.tNs >= postcopyAfterNs,
      synced,
    });
  }

  /** Pages until the budget is used, none is dirty, or the time of a push is over. */
  private push(): void {
    const startNs = this.tNs;
    for (let count = 0; this.sender.limiter.usedBytes <= this.budget; count++) {
      const doneNs = this.sender.next(this.tNs, this.phase, this.syncs);
      if (doneNs === null) break;
      this.tNs = doneNs;
      const looks = count % QEMU.pushCheckPages === 0;
      if (looks && wholeMs(this.tNs - startNs) > QEMU.pushMs) break;
    }
    this.tNs = this.sender.endPush(this.tNs);
  }

  private sync(): void {
    this.guest.advanceTo(this.tNs);
    this.guest.touchOwnPages();
    this.syncs++;
    this.syncedNs = this.tNs;
    this.periodDirtyPages += this.ram.sync();
    this.tNs += MACHINE.syncNs.value;
    this.endPeriod(wholeMs(this.tNs));
  }

  /** More than a second since the last look: is the guest to be throttled? */
  private endPeriod(nowMs: number): void {
    if (this.periodStartMs === 0) this.periodStartMs = nowMs;
    if (nowMs <= this.periodStartMs + PERIOD_MS) return;
    const { transferred } = this.sender;
    const { values, qemuMajor } = this.input;
    if (values['auto-converge']) {
      this.throttle = decideThrottle(qemuMajor, values, this.throttle, {
        periodMs: nowMs - this.periodStartMs,
        dirtiedBytes: this.periodDirtyPages * PAGE_BYTES,
        sentBytes: transferred - this.periodSentBefore,
      });
      this.guest.throttle(this.throttle.percent);
    }
    this.periodStartMs = nowMs;
    this.periodDirtyPages = 0;
    this.periodSentBefore = transferred;
  }

  /** Ends the window when its time is over, or sleeps until then where the budget is used. */
  private endTurn(): void {
    this.endWindow();
    if (this.sender.limiter.usedBytes <= this.budget) return;
    const waitMs = this.windowStartMs + WINDOW_MS - wholeMs(this.tNs);
    this.tNs += waitMs * NS_PER_MS + MACHINE.timerLatencyNs.value;
    this.endWindow();
  }

  private endWindow(): void {
    const nowMs = wholeMs(this.tNs);
    const spentMs = nowMs - this.windowStartMs;
    if (spentMs < WINDOW_MS) return;
    const { limiter } = this.sender;
    this.threshold = thresholdBytes(this.input.values, limiter.windowBytes / spentMs);
    limiter.reset();
    this.windowStartMs = nowMs;
  }

  private complete(): void {
    if (this.phase === 'postcopy') return this.sendRest();
    const fromNs = this.tNs;
    this.tNs += MACHINE.stopNs.value;
    const stoppedNs = this.tNs;
    this.sync();
    this.phase = 'last';
    this.sendRest();
    this.tNs = this.sender.sendState(this.tNs, MACHINE.deviceStateBytes.value);
    this.tNs += MACHINE.completeNs.value;
    this.downtimeNs = this.tNs - fromNs;
    this.stopToResumeNs = this.sender.wire.arrivedNs(this.tNs) + MACHINE.resumeNs.value - stoppedNs;
  }

  /** Every dirty page, whatever the budget. */
  private sendRest(): void {
    for (let next: Ns | null = this.tNs; next !== null;) {
      this.tNs = next;
      next = this.sender.next(this.tNs, this.phase, this.syncs);
    }
    this.tNs = this.sender.endPush(this.tNs);
  }

  /** The guest stops, what is sent but written again is discarded, devices go over, the target runs. */
  private startPostcopy(): void {
    const fromNs = this.tNs;
    this.tNs += MACHINE.stopNs.value;
    const stoppedNs = this.tNs;
    this.sync();
    this.phase = 'postcopy';
    const { values } = this.input;
    this.budget = windowBudget(values, values['max-postcopy-bandwidth']);
    this.tNs = this.sender.sendState(this.tNs, MACHINE.deviceStateBytes.value);
    this.tNs += MACHINE.completeNs.value;
    this.downtimeNs = this.tNs - fromNs;
    const arrivedNs = this.sender.wire.arrivedNs(this.tNs);
    this.stopToResumeNs = arrivedNs + MACHINE.postcopyResumeNs.value - stoppedNs;
  }

  private answer(completed: boolean): RunPrediction {
    const { transferred, normal, duplicate } = this.sender;
    const ms = (ns: Ns, digits: number) =>
      completed ? Math.round(ns / (NS_PER_MS / digits)) / digits : null;
    return {
      outcome: completed ? 'completed' : 'not-converged',
      totalMs: ms(this.tNs - MACHINE.clockStartNs.value, 1),
      downtimeMs: ms(this.downtimeNs, 1),
      stopToResumeMs: ms(this.stopToResumeNs, 100),
      transferred,
      syncs: this.syncs,
      normal,
      duplicate,
    };
  }
}
