/** Requirement 5: sufficient resources on the target, with both numbers. */
import { unable, type Rule } from './finding.ts';
import { fix, onVm } from './fix.ts';
import { memoryText } from './words.ts';

const memory: Rule = {
  id: 'memory',
  topic: 'Resources',
  short: 'Too little memory',
  fault: 'InsufficientHostMemoryCapacityFault',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, target, room } = move;
    if (!move.changesHost || room.neededBytes === 0 || room.neededBytes <= room.freeBytes) return null;
    const lack = room.neededBytes - room.freeBytes;
    return {
      message: unable(
        move,
        'The host does not have sufficient memory resources to satisfy the reservation of the virtual machine.',
      ),
      why: `${vm.id} needs ${memoryText(room.neededBytes)}, ${target.id} has ${memoryText(Math.max(0, room.freeBytes))} of ${memoryText(target.memoryBytes)} unreserved: ${memoryText(lack)} are lacking. Memory is given to one VM only here, as if all of it were reserved.`,
      fix: null,
    };
  },
};

const cpu: Rule = {
  id: 'cpu-reservation',
  topic: 'Resources',
  short: 'Too little CPU for its reservation',
  fault: 'InsufficientHostCpuCapacityFault',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, target, room } = move;
    if (!move.changesHost || !move.isLive || vm.cpuReservationMhz === 0) return null;
    if (vm.cpuReservationMhz <= room.freeMhz) return null;
    return {
      message: unable(
        move,
        'The host does not have sufficient CPU resources to satisfy the reservation of the virtual machine.',
      ),
      why: `${vm.id} reserves ${vm.cpuReservationMhz} MHz, ${target.id} has ${Math.max(0, room.freeMhz)} of ${target.cores * target.coreMhz} MHz unreserved.`,
      fix: fix(
        `Reserve ${Math.max(0, room.freeMhz)} MHz for ${vm.id} instead`,
        onVm(vm.id, () => ({ cpuReservationMhz: Math.max(0, room.freeMhz) })),
      ),
    };
  },
};

const vcpus: Rule = {
  id: 'vcpus',
  topic: 'Resources',
  short: 'More vCPUs than the target has cores',
  fault: 'NumVirtualCpusNotSupported',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, target } = move;
    if (!move.changesHost || vm.vcpus <= target.cores) return null;
    return {
      message: unable(move, `The number of virtual CPUs (${vm.vcpus}) is not supported by the host.`),
      why: `${vm.id} has ${vm.vcpus} vCPUs, ${target.id} has ${target.cores} cores; a VM never has more.`,
    };
  },
};

const pool: Rule = {
  id: 'resource-pool',
  topic: 'Resources',
  short: 'Leaves its resource pool',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'ours',
  find(move) {
    const { vm, target, scenario } = move;
    const its = scenario.pools.find(({ id }) => id === vm.pool);
    if (!move.changesHost || !its || its.cluster === target.cluster) return null;
    return {
      message: `${vm.id} leaves its resource pool: what it is guaranteed there does not hold in ${target.cluster}.`,
      why: `${its.id} belongs to ${its.cluster}, ${target.id} to ${target.cluster}.`,
    };
  },
};

export const RESOURCE_RULES: readonly Rule[] = [memory, cpu, vcpus, pool];
