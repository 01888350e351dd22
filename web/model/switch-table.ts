/** What the physical switches have learned: to which host's port frames for each MAC go. Pure. */
import type { Scenario } from '../scenario/schema.ts';
import type { FleetRecord } from './fleet-record.ts';
import type { FleetPicture } from './fleet-picture.ts';

export interface MacRow {
  readonly vm: number;
  readonly mac: string;
  /** Host whose port has it in the table. */
  readonly port: number;
  /** The VM runs elsewhere: frames vanish there. */
  readonly isStale: boolean;
}

/** Every VM that is plugged in, in the order of the scenario. */
export function switchTable(scenario: Scenario, record: FleetRecord, picture: FleetPicture): MacRow[] {
  const stale = new Map<number, number>();
  for (const { asked, resumedNs, learnedNs } of record.tasks) {
    if (resumedNs > picture.atNs) continue;
    if (learnedNs <= picture.atNs) stale.delete(asked.vm);
    else stale.set(asked.vm, asked.source);
  }
  return scenario.vms.flatMap((vm, at) => {
    if (!vm.connected || vm.power !== 'on' || picture.stateOf[at] === 'down') return [];
    const here = picture.hostOf[at] ?? -1;
    const port = stale.get(at) ?? here;
    return [{ vm: at, mac: vm.mac, port, isStale: port !== here }];
  });
}

/** What concerns one host: entries of its port, and of VMs it runs that the switches look for elsewhere. */
export function rowsOf(table: readonly MacRow[], picture: FleetPicture, host: number): MacRow[] {
  return table.filter(({ vm, port }) => port === host || picture.hostOf[vm] === host);
}
