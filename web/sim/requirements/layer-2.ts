/** Requirement 8: the VM network must be a stretched layer 2. The real thing says nothing; the VM is unreachable afterwards. */
import type { Rule } from './finding.ts';
import { fix, onHost, onStretch } from './fix.ts';

const otherDomain: Rule = {
  id: 'layer-2',
  topic: 'Layer 2',
  short: 'Another broadcast domain: unreachable there',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { vm, plug, nextPlug, inventory, source, target } = move;
    if (!move.changesHost || !vm.connected || !plug || !nextPlug) return null;
    if (inventory.domains.same(plug.network, nextPlug.network)) return null;
    return {
      message: `No client will reach ${vm.id} on ${target.id}. vCenter compares labels only: it moves the VM without a word.`,
      why: `"${plug.label}" is ${plug.network} on ${source.id} and "${nextPlug.label}" is ${nextPlug.network} on ${target.id}: two broadcast domains, and the IP of the guest (${vm.ip}) does not change.`,
      fix: fix(
        `Stretch ${plug.network} to ${nextPlug.network} by VXLAN`,
        onStretch([plug.network, nextPlug.network]),
      ),
    };
  },
};

const silent: Rule = {
  id: 'notify-off',
  topic: 'Layer 2',
  short: 'Nobody tells the switches',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { vm, nextPlug, target } = move;
    const on = nextPlug?.switch;
    if (!move.changesHost || !vm.connected || !on || on.notify) return null;
    return {
      message: `The switches go on sending to ${move.source.id} until ${vm.id} speaks for itself or the entry ages.`,
      why: `"Notify switches" is off on ${on.id} of ${target.id}, so no RARP is sent at resume.`,
      fix: fix(
        `Switch "Notify switches" on for ${on.id} of ${target.id}`,
        onHost(target.id, ({ switches }) => ({
          switches: switches.map((one) => (one.id === on.id ? { ...one, notify: true } : one)),
        })),
      ),
    };
  },
};

export const LAYER_2_RULES: readonly Rule[] = [otherDomain, silent];
