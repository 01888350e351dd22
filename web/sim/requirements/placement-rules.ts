/** Rules of a cluster as they meet somebody's own move: VM-host "must" binds users too, everything else only informs them. */
import type { Rule as PlacementRule } from '../../scenario/schema.ts';
import { unable, type Found, type Rule } from './finding.ts';
import { fix, onVm } from './fix.ts';
import type { Move } from './move.ts';

const enabled = (move: Move): PlacementRule[] =>
  move.changesHost ? move.scenario.rules.filter((rule) => rule.enabled && rule.vms.includes(move.vm.id)) : [];

const byHost: Rule = {
  id: 'vm-host-rule',
  topic: 'Rules',
  short: 'A rule keeps it off this host',
  fault: 'VmHostAffinityRuleViolation',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    enabled(move).flatMap((rule): Found[] => {
      if (!rule.kind.startsWith('vm-host')) return [];
      const isThere = rule.hosts.includes(move.target.id);
      if (isThere !== rule.kind.endsWith('not')) return [];
      const must = rule.kind.startsWith('vm-host-must');
      const fits = rule.hosts.filter((host) => host !== move.source.id);
      return [
        {
          severity: must ? 'error' : 'warning',
          message: must
            ? unable(
                move,
                `Virtual machine '${move.vm.id}' would violate the VM-host affinity rule '${rule.id}'.`,
              )
            : `${move.vm.id} would violate the rule '${rule.id}', which is wished, not demanded: DRS may move it back.`,
          wording: must ? 'remembered' : 'ours',
          why: rule.kind.endsWith('not')
            ? `${rule.id} keeps it off ${rule.hosts.join(', ')}.`
            : `${rule.id} keeps it on ${rule.hosts.join(', ')}${fits.length > 0 ? '' : ', where it is'}.`,
        },
      ];
    }),
};

const byVms: Rule = {
  id: 'vm-vm-rule',
  topic: 'Rules',
  short: 'Breaks a rule about other VMs',
  fault: 'RuleViolation',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find: (move) =>
    enabled(move).flatMap((rule): Found[] => {
      if (rule.kind !== 'affinity' && rule.kind !== 'anti-affinity') return [];
      const there = move.room.vms().filter((vm) => rule.vms.includes(vm.id));
      const apart = rule.kind === 'anti-affinity';
      const others = rule.vms.filter((id) => id !== move.vm.id);
      if (apart ? there.length === 0 : there.length === others.length) return [];
      return [
        {
          message: `The rule '${rule.id}' would be broken; DRS mends that with a move of priority 1.`,
          why: apart
            ? `It keeps ${move.vm.id} and ${there.map(({ id }) => id).join(', ')} apart, and both would be on ${move.target.id}.`
            : `It keeps ${rule.vms.join(', ')} together; ${there.length} of the other ${others.length} are on ${move.target.id}.`,
        },
      ];
    }),
};

const heartbeat: Rule = {
  id: 'heartbeat',
  topic: 'Rules',
  short: 'Stun may be longer than its cluster forgives',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { vm, scenario } = move;
    if (!move.isLive || !move.changesHost || vm.heartbeatNs === 0) return null;
    if (vm.heartbeatNs > scenario.policy.switchoverGoalNs) return null;
    return {
      message: `The cluster software in ${vm.id} may take it for dead while it is stunned.`,
      why: `It forgives ${vm.heartbeatNs / 1_000_000} ms; the switchover may take ${scenario.policy.switchoverGoalNs / 1_000_000} ms by its goal.`,
      fix: fix(
        `Let ${vm.id} forgive 5 s`,
        onVm(vm.id, () => ({ heartbeatNs: 5_000_000_000 })),
      ),
    };
  },
};

export const PLACEMENT_RULES: readonly Rule[] = [byHost, byVms, heartbeat];
