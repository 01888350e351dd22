/** Requirement 4: the same naming for virtual port groups, letter by letter; and what switches ask beyond it. */
import type { Host, VirtualSwitch } from '../../scenario/schema.ts';
import type { Plug } from '../network/domains.ts';
import { unable, type Rule } from './finding.ts';
import { type Fix, fix, onHost, onMove } from './fix.ts';
import type { Move } from './move.ts';

const isPlugged = (move: Move): boolean => move.changesHost && move.vm.connected;

const portGroup: Rule = {
  id: 'port-group',
  topic: 'Port group',
  short: 'No port group with that label',
  fault: 'CannotAccessNetwork',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, target, label } = move;
    if (!move.changesHost || move.nextPlug) return null;
    const near = nearLabel(target, label);
    const labels = target.portGroups.map((one) => `"${one.label}"`);
    return {
      severity: vm.connected ? 'error' : 'warning',
      message: unable(
        move,
        `${vm.connected ? 'Currently connected network' : 'Network'} interface 'Network adapter 1' uses network '${label}', which is not accessible.`,
      ),
      why: near
        ? `${vm.id} needs "${label}", ${target.id} has "${near}": labels are compared letter by letter, capitals count.`
        : `${vm.id} needs "${label}"; ${target.id} has ${labels.length > 0 ? labels.join(', ') : 'no port group for VMs'}.`,
      fix: near ? rename(target, near, label) : otherLabel(move),
    };
  },
};

/** The label somebody may have meant: it differs in capitals or in space around it only. */
function nearLabel(host: Host, label: string): string | null {
  const plain = (text: string) => text.trim().toLowerCase();
  return host.portGroups.find((one) => plain(one.label) === plain(label))?.label ?? null;
}

function rename({ id }: Host, from: string, to: string): Fix {
  return fix(
    `Rename "${from}" to "${to}" on ${id}`,
    onHost(id, ({ portGroups }) => ({
      portGroups: portGroups.map((one) => (one.label === from ? { ...one, label: to } : one)),
    })),
  );
}

/** Another network can be chosen from 6.0 on; best one in the same broadcast domain. */
function otherLabel(move: Move): Fix | null {
  const { vm, target, plug, inventory } = move;
  if (!move.bothAtLeast('6.0')) return null;
  const same = target.portGroups.find(({ network }) => plug && inventory.domains.same(plug.network, network));
  if (!same) return null;
  return fix(`Plug ${vm.id} into "${same.label}" there`, onMove(vm.id, target.id, { portGroup: same.label }));
}

const otherNetwork: Rule = {
  id: 'other-network',
  topic: 'Port group',
  short: 'Another network needs 6.0',
  fault: 'VMotionAcrossNetworkNotSupported',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { plug, portGroup: chosen } = move;
    if (!isPlugged(move) || chosen === '' || chosen === plug?.label || move.bothAtLeast('6.0')) return null;
    return {
      message: unable(move, 'Migration to a different network is not supported by both hosts.'),
      why: `"${chosen}" is another network than "${plug?.label ?? ''}"; choosing one came with 6.0: ${move.source.id} runs ${move.source.version}, ${move.target.id} ${move.target.version}.`,
    };
  },
};

const isDistributed = (plug: Plug | null): plug is Plug & { switch: VirtualSwitch } =>
  plug?.switch?.kind === 'distributed';

const distributed: Rule = {
  id: 'distributed-switch',
  topic: 'Port group',
  short: 'Not a member of the distributed switch',
  fault: 'CannotAccessNetwork',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { plug, nextPlug, source, target } = move;
    if (!isPlugged(move) || !isDistributed(plug) || !nextPlug) return null;
    if (!isDistributed(nextPlug))
      return {
        message: unable(
          move,
          `Currently connected network interface 'Network adapter 1' cannot use network '${nextPlug.label}': the type of the destination network is not supported for migration based on the source network.`,
        ),
        why: `On ${source.id} it is plugged into the distributed switch ${plug.switch.id}, on ${target.id} it would be a standard one; that way round is refused, the other is allowed.`,
      };
    if (plug.switch.id === nextPlug.switch.id || plug.switch.version === nextPlug.switch.version) return null;
    return {
      message: unable(move, 'The versions of the source and destination distributed switches differ.'),
      why: `${plug.switch.id} has version ${plug.switch.version}, ${nextPlug.switch.id} version ${nextPlug.switch.version}; they must match.`,
      fix: fix(
        `Update ${nextPlug.switch.id} to version ${plug.switch.version} on ${target.id}`,
        onHost(target.id, ({ switches }) => ({
          switches: switches.map((one) =>
            one.id === nextPlug.switch.id ? { ...one, version: plug.switch.version } : one,
          ),
        })),
      ),
    };
  },
};

const intranet: Rule = {
  id: 'virtual-intranet',
  topic: 'Port group',
  short: 'Internal switch without an uplink',
  fault: 'VMOnVirtualIntranet',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, plug, nextPlug, source, target } = move;
    if (!move.changesHost) return null;
    const sides = [
      [source, plug],
      [target, nextPlug],
    ] as const;
    const inside = sides.find(([, one]) => one?.switch && one.switch.uplinks.length === 0);
    if (!inside) return null;
    const [host, on] = inside;
    const free = host.nics.find(({ id }) => !host.switches.some(({ uplinks }) => uplinks.includes(id)));
    return {
      severity: vm.connected ? 'error' : 'warning',
      message: unable(
        move,
        `Virtual machine is on a virtual intranet: network interface 'Network adapter 1' uses network '${on!.label}'.`,
      ),
      why: `${on!.switch!.id} of ${host.id} has no uplink: whoever ${vm.id} talks to there cannot be reached from elsewhere.`,
      fix: free
        ? fix(
            `Give ${on!.switch!.id} of ${host.id} the uplink ${free.id}`,
            onHost(host.id, ({ switches }) => ({
              switches: switches.map((one) =>
                one.id === on!.switch!.id ? { ...one, uplinks: [free.id] } : one,
              ),
            })),
          )
        : null,
    };
  },
};

const switchFull: Rule = {
  id: 'switch-full',
  topic: 'Port group',
  short: 'No free port on the switch',
  fault: 'DestinationSwitchFull',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const on = move.nextPlug?.switch;
    if (!isPlugged(move) || !on || on.freePorts > 0) return null;
    return {
      message: unable(move, `The destination switch '${on.id}' has no free ports.`),
      why: `0 ports of ${on.id} on ${move.target.id} are free; ${move.vm.id} needs 1.`,
      fix: fix(
        `Give ${on.id} of ${move.target.id} 8 more ports`,
        onHost(move.target.id, ({ switches }) => ({
          switches: switches.map((one) => (one.id === on.id ? { ...one, freePorts: 8 } : one)),
        })),
      ),
    };
  },
};

export const PORT_GROUP_RULES: readonly Rule[] = [portGroup, otherNetwork, distributed, intranet, switchFull];
