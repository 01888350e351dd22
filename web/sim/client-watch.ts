/** The stretches of service of VMs as they come in, and what their clients make of them. */
import type { Ns } from '../base/units.ts';
import type { Vm } from '../scenario/schema.ts';
import {
  clientTotals,
  firstPingFrom,
  pingOutcome,
  pingTotals,
  retransmissionsBy,
  trackClient,
} from './client.ts';
import type { ClientTotals, ServiceStretch } from './run-log.ts';

/** Speeds closer than this are one stretch: half a percent of the guest's speed. */
const SAME_SPEED_PPM = 5_000;

/** What of a VM its client knows. */
export type Served = Pick<Vm, 'id' | 'client'>;

export interface ClientBack {
  readonly atNs: Ns;
  readonly lostPings: number;
  readonly retransmissions: number;
}

export class ClientWatch {
  /** All stretches so far, per VM: what its clients met. */
  readonly #served = new Map<string, ServiceStretch[]>();

  /** False where it only goes on with the stretch before. */
  serve(vm: string, stretch: ServiceStretch): boolean {
    const served = this.#served.get(vm) ?? [];
    const last = served[served.length - 1];
    if (last && sameService(last, stretch)) return false;
    served.push(stretch);
    this.#served.set(vm, served);
    return true;
  }

  /** When the client has its first answer again, given that frames reach the VM from `reachableNs` on. */
  clientBack(vm: Served, stunnedNs: Ns, reachableNs: Ns): ClientBack {
    const service = this.#served.get(vm.id) ?? [];
    const ping = pingOutcome(
      service,
      vm.client,
      Math.max(0, firstPingFrom(vm.client, reachableNs - vm.client.latencyNs)),
    );
    const atNs = Math.max(reachableNs, ping.sentNs + (ping.rttNs ?? 0));
    const before = trackClient(vm.client, service, stunnedNs);
    const after = trackClient(vm.client, service, atNs + vm.client.retransmitNs);
    return {
      atNs,
      lostPings:
        pingTotals(service, vm.client, atNs).lostPings - pingTotals(service, vm.client, stunnedNs).lostPings,
      retransmissions: retransmissionsBy(after, atNs) - retransmissionsBy(before, stunnedNs),
    };
  }

  totals(vm: Served, untilNs: Ns): ClientTotals {
    return clientTotals(trackClient(vm.client, this.#served.get(vm.id) ?? [], untilNs), untilNs);
  }
}

function sameService(a: ServiceStretch, b: ServiceStretch): boolean {
  return a.state === b.state && a.host === b.host && Math.abs(a.speedPpm - b.speedPpm) < SAME_SPEED_PPM;
}
