/** A run as it grows: batches are appended to the same lists, and the log around them is replaced so that watchers notice. */
import type { Ns } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import { lastIndexWhere } from '../sim/client.ts';
import type { SimEvent } from '../sim/events.ts';
import type { PlannedMigration, RunBatch, RunLog, RunReport } from '../sim/run-log.ts';

export function emptyLog(scenario: Scenario, migrations: readonly PlannedMigration[]): RunLog {
  return { scenario, migrations, events: [], frames: [], service: [], report: null };
}

export class RunRecord {
  #log: RunLog;
  #computedNs: Ns = 0;
  #doneShare = 0;

  constructor(scenario: Scenario, migrations: readonly PlannedMigration[]) {
    this.#log = emptyLog(scenario, migrations);
  }

  get log(): RunLog {
    return this.#log;
  }
  get computedNs(): Ns {
    return this.#computedNs;
  }
  get doneShare(): number {
    return this.#doneShare;
  }

  append(batch: RunBatch): void {
    const { frames, service } = this.#log;
    (frames as RunBatch['frames'][number][]).push(...batch.frames);
    (service as RunBatch['service'][number][]).push(...batch.service);
    this.#log = { ...this.#log, events: inOrder(this.#log.events, batch.events) };
    this.#computedNs = Math.max(this.#computedNs, batch.virtualNs);
    this.#doneShare = Math.max(this.#doneShare, batch.doneShare);
  }

  /** The end of the run is its last event; after it only the client goes on. */
  finish(report: RunReport): void {
    this.#log = { ...this.#log, report };
    this.#computedNs = this.#log.events.at(-1)?.atNs ?? this.#computedNs;
    this.#doneShare = 1;
  }
}

/**
 * A request that had to wait is told when its turn comes, with the time at which it was made. Then the list is a new one, because
 * whoever has folded the old one must begin again.
 */
function inOrder(events: readonly SimEvent[], more: readonly SimEvent[]): readonly SimEvent[] {
  let list = events as SimEvent[];
  for (const event of more) {
    const last = list.at(-1);
    if (!last || event.atNs >= last.atNs) list.push(event);
    else {
      if (list === events) list = [...list];
      list.splice(1 + lastIndexWhere(list.length, (i) => (list[i] as SimEvent).atNs <= event.atNs), 0, event);
    }
  }
  return list;
}
