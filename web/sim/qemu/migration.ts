/**
 * One migration as QEMU's migration thread runs it: pushes of pages, windows of 100 ms with a budget of bytes, bitmap syncs only
 * where little is known to be left, then stop, last pages, resume. Source of the loop: migration/migration.c. Whose memory it is and
 * who writes it is given: the recorded guests of the replays, and any write trace.
 */
import { NS_PER_MS, PAGE_BYTES, type Bytes, type Ns } from '../../base/units.ts';
import type { Decision } from '../policy/decision.ts';
import { PERIOD_MS, WINDOW_MS, thresholdBytes, type QemuRules } from '../policy/qemu-profiles.ts';
import { MACHINE } from './machine.ts';
import type { RecordedValues } from './parameters.ts';
import type { GuestRam } from './ram.ts';
import type { Guest, SendPhase, Sender } from './sender.ts';
import { QEMU, decidePeriod, decideTurn, windowBudget } from './thread.ts';

export interface MigrationParts {
  readonly rules: QemuRules;
  readonly values: RecordedValues;
  readonly ram: GuestRam;
  readonly guest: Guest;
  readonly sender: Sender;
  readonly deviceStateBytes: Bytes;
  /** Hears of every decision but to go on. */
  readonly onDecision?: (tNs: Ns, decision: Decision) => void;
  /** The dirty log has been read. */
  readonly onSync?: (tNs: Ns) => void;
  /** The guest is told to stop. */
  readonly onStop?: (tNs: Ns) => void;
}

/** QEMU reads its clock in whole milliseconds. */
const wholeMs = (tNs: Ns): number => Math.floor(tNs / NS_PER_MS);

export class QemuMigration {
  values: RecordedValues;
  tNs: Ns = MACHINE.threadStartNs.value;
  syncs = 0;
  phase: SendPhase = 'precopy';
  throttlePercent = 0;
  isComplete = false;
  downtimeNs: Ns = 0;
  stopToResumeNs: Ns = 0;
  /** From then on post-copy is wanted. */
  postcopyFromNs: Ns = Infinity;
  threshold: Bytes = 0;
  /** Of the last whole window. */
  bytesPerMs = 0;
  private windowStartMs = wholeMs(MACHINE.threadStartNs.value);
  private budget: Bytes;
  private syncedNs: Ns = 0;
  private highCount = 0;
  private periodStartMs = 0;
  private periodDirtyEntries = 0;
  private periodSentBefore: Bytes = 0;
  private stopFromNs: Ns | null = null;
  private stoppedNs: Ns = 0;
  private readonly entryBytes: Bytes;

  constructor(private readonly parts: MigrationParts) {
    this.values = parts.values;
    this.budget = windowBudget(this.values, this.values['max-bandwidth']);
    this.entryBytes = PAGE_BYTES * parts.ram.layout.pagesPerEntry;
  }

  /** When the guest was told to stop; null while it runs at the source. */
  get stopNs(): Ns | null {
    return this.stopFromNs;
  }

  /** Known to be dirty; what was written since the last sync is not. */
  get pendingBytes(): Bytes {
    return this.parts.ram.dirtyPages * this.entryBytes;
  }

  /** Stream header and the first sync, which takes every page as dirty. */
  start(): void {
    const { sender, guest, ram } = this.parts;
    sender.wire.write(this.tNs, MACHINE.setupBytes.value);
    this.tNs += MACHINE.setupNs.value;
    guest.advanceTo(this.tNs);
    ram.startLog();
    this.sync();
  }

  /** One turn of the thread and what is left of its window. */
  step(): void {
    const { limiter } = this.parts.sender;
    if (limiter.usedBytes <= this.budget) this.turn();
    if (!this.isComplete) this.endTurn();
  }

  /** Nothing is sent for so long, but the guest runs on. */
  stall(durationNs: Ns): void {
    this.tNs += durationNs;
    this.parts.sender.wire.stall(this.tNs);
    if (this.phase === 'precopy') this.parts.guest.advanceTo(this.tNs);
    this.endWindow();
  }

  /** The guest stops for good; pre-copy goes on as it was. */
  pause(): void {
    this.stopGuest();
    this.phase = 'paused';
  }

  private turn(): void {
    if (this.isSyncForced()) this.sync();
    let turn = this.decide(false);
    if (turn === 'sync') {
      this.sync();
      turn = this.decide(true) as Decision;
    }
    const { action } = turn;
    if (action !== 'go-on' && this.phase !== 'postcopy') this.parts.onDecision?.(this.tNs, turn);
    if (action === 'switch-over') this.complete();
    else if (action === 'post-copy') this.startPostcopy();
    else if (action === 'pause') this.pause();
    else this.push();
  }

  /** Later versions sync now and then under auto-converge, so that a long pass is throttled in time. */
  private isSyncForced(): boolean {
    const { forcedSyncMs } = this.parts.rules;
    if (forcedSyncMs === 0 || !this.values['auto-converge'] || this.phase !== 'precopy') return false;
    return this.syncs > 1 && this.tNs - this.syncedNs >= forcedSyncMs * NS_PER_MS;
  }

  private decide(synced: boolean) {
    // Once the guest is stopped no time-out stops it again.
    const values = this.phase === 'paused' ? { ...this.values, timeout: 0 } : this.values;
    return decideTurn(this.parts.rules, values, {
      elapsedNs: this.tNs,
      passes: this.syncs - 1,
      pendingBytes: this.pendingBytes,
      thresholdBytes: this.threshold,
      inPostcopy: this.phase === 'postcopy',
      postcopyAsked: this.values['postcopy-ram'] && this.tNs >= this.postcopyFromNs,
      synced,
    });
  }

  /** Pages until the budget is used, none is dirty, or the time of a push is over. */
  private push(): void {
    const { sender, ram } = this.parts;
    const startNs = this.tNs;
    const looksEvery = Math.max(1, QEMU.pushCheckPages / ram.layout.pagesPerEntry);
    for (let count = 0; sender.limiter.usedBytes <= this.budget; count++) {
      const doneNs = sender.next(this.tNs, this.phase, this.syncs);
      if (doneNs === null) break;
      this.tNs = doneNs;
      if (count % looksEvery === 0 && wholeMs(this.tNs - startNs) > QEMU.pushMs) break;
    }
    this.tNs = sender.endPush(this.tNs);
  }

  private sync(): void {
    const { guest, ram } = this.parts;
    if (this.phase === 'precopy') {
      guest.advanceTo(this.tNs);
      guest.atSync();
    }
    this.syncs++;
    this.syncedNs = this.tNs;
    this.periodDirtyEntries += ram.sync();
    this.tNs += MACHINE.syncNs.value;
    this.parts.onSync?.(this.tNs);
    this.endPeriod(wholeMs(this.tNs));
  }

  /** More than a second since the last look: is the guest to be throttled? */
  private endPeriod(nowMs: number): void {
    if (this.periodStartMs === 0) this.periodStartMs = nowMs;
    if (nowMs <= this.periodStartMs + PERIOD_MS) return;
    const { transferred } = this.parts.sender;
    if (this.values['auto-converge'] || this.values['dirty-limit']) {
      const decision = decidePeriod(this.parts.rules, this.values, {
        periodMs: nowMs - this.periodStartMs,
        dirtiedBytes: this.periodDirtyEntries * this.entryBytes,
        sentBytes: transferred - this.periodSentBefore,
        highCount: this.highCount,
        throttlePercent: this.throttlePercent,
      });
      this.highCount = decision.numbers['highCount'] ?? 0;
      this.throttle(decision);
    }
    this.periodStartMs = nowMs;
    this.periodDirtyEntries = 0;
    this.periodSentBefore = transferred;
  }

  private throttle(decision: Decision): void {
    if (decision.action !== 'throttle') return;
    this.parts.onDecision?.(this.tNs, decision);
    this.throttlePercent = decision.throttlePercent ?? this.throttlePercent;
    this.parts.guest.throttle(this.throttlePercent);
  }

  /** Ends the window when its time is over, or sleeps until then where the budget is used. */
  private endTurn(): void {
    this.endWindow();
    if (this.parts.sender.limiter.usedBytes <= this.budget) return;
    const waitMs = this.windowStartMs + WINDOW_MS - wholeMs(this.tNs);
    this.tNs += waitMs * NS_PER_MS + MACHINE.timerLatencyNs.value;
    this.endWindow();
  }

  private endWindow(): void {
    const nowMs = wholeMs(this.tNs);
    const spentMs = nowMs - this.windowStartMs;
    if (spentMs < WINDOW_MS) return;
    const { limiter } = this.parts.sender;
    this.bytesPerMs = limiter.windowBytes / spentMs;
    this.threshold = thresholdBytes(this.values, this.bytesPerMs);
    limiter.reset();
    this.windowStartMs = nowMs;
  }

  private stopGuest(): void {
    if (this.stopFromNs !== null) return;
    this.stopFromNs = this.tNs;
    this.parts.onStop?.(this.tNs);
    this.tNs += MACHINE.stopNs.value;
    this.stoppedNs = this.tNs;
    if (this.phase === 'precopy') this.parts.guest.advanceTo(this.tNs);
  }

  private complete(): void {
    const { sender } = this.parts;
    this.isComplete = true;
    if (this.phase === 'postcopy') return this.sendRest();
    this.stopGuest();
    this.sync();
    this.phase = 'last';
    this.sendRest();
    this.handOver();
    this.stopToResumeNs = sender.wire.arrivedNs(this.tNs) + MACHINE.resumeNs.value - this.stoppedNs;
  }

  /** Device state, and the end of the downtime as QEMU counts it. */
  private handOver(): void {
    this.tNs = this.parts.sender.sendState(this.tNs, this.parts.deviceStateBytes);
    this.tNs += MACHINE.completeNs.value;
    this.downtimeNs = this.tNs - this.stopFromNs!;
  }

  /** Every dirty page, whatever the budget. */
  private sendRest(): void {
    const { sender } = this.parts;
    for (let next: Ns | null = this.tNs; next !== null;) {
      this.tNs = next;
      next = sender.next(this.tNs, this.phase, this.syncs);
    }
    this.tNs = sender.endPush(this.tNs);
  }

  /** The guest stops, what is sent but written again is discarded, devices go over, the target runs. */
  private startPostcopy(): void {
    this.stopGuest();
    this.sync();
    this.phase = 'postcopy';
    this.budget = windowBudget(this.values, this.values['max-postcopy-bandwidth']);
    this.handOver();
    const arrivedNs = this.parts.sender.wire.arrivedNs(this.tNs);
    this.stopToResumeNs = arrivedNs + MACHINE.postcopyResumeNs.value - this.stoppedNs;
  }
}
