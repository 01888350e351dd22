/** From what the scenario asks for to migrations with every name, rate and fidelity resolved. */
import { PPM, NS_PER_SECOND, PAGE_BYTES, mulDivFloor, type BytesPerSecond } from '../base/units.ts';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { BYTE_EXACT_MOST_BYTES, usedBytesOf } from '../scenario/memory.ts';
import type { Host, MigrateAction, Network, Scenario, Vm } from '../scenario/schema.ts';
import type { Fidelity } from './data-plane.ts';
import { notSimulated } from './not-simulated.ts';
import type { PlannedMigration } from './run-log.ts';

export function fidelityOf(vm: Vm): Fidelity {
  if (vm.fidelity !== 'auto') return vm.fidelity;
  return usedBytesOf(vm) <= BYTE_EXACT_MOST_BYTES ? 'byte-exact' : 'page-exact';
}

/** Migrations in the order they are asked for. Assumes that each one before it has arrived. */
export function planRun(scenario: Scenario): Result<PlannedMigration[], Problem[]> {
  // What follows from them, such as a VM of a group that is not there, would be a wrong reason.
  const unknown = notSimulated(scenario);
  if (unknown.length > 0) return fail(unknown);
  const migrations: PlannedMigration[] = [];
  const problems: Problem[] = [];
  const place = new Map(scenario.vms.map((vm) => [vm.id, vm.host]));
  const asked = scenario.actions
    .map((action, index) => ({ action, index }))
    .filter((entry): entry is { action: MigrateAction; index: number } => entry.action.kind === 'migrate')
    .sort((a, b) => a.action.atNs - b.action.atNs || a.index - b.index);
  for (const { action, index } of asked) {
    const planned = planMigration(scenario, action, index, migrations.length, place.get(action.vm) ?? '');
    if (!planned.ok) problems.push(...planned.error);
    else {
      migrations.push(planned.value);
      place.set(action.vm, action.to);
    }
  }
  if (asked.length === 0) {
    problems.push({
      code: 'plan.nothing-to-do',
      path: 'actions',
      message: 'No VM is asked to move; add an action { kind: "migrate", vm, to }.',
    });
  }
  return problems.length > 0 ? fail(problems) : ok(migrations);
}

function planMigration(
  scenario: Scenario,
  action: MigrateAction,
  actionIndex: number,
  index: number,
  from: string,
): Result<PlannedMigration, Problem[]> {
  const path = `actions[${actionIndex}]`;
  const vm = scenario.vms.find((one) => one.id === action.vm);
  const source = scenario.hosts.find((host) => host.id === from);
  const target = scenario.hosts.find((host) => host.id === action.to);
  if (!vm)
    return fail([
      { code: 'plan.unknown-vm', path: `${path}.vm`, message: `There is no VM called "${action.vm}".` },
    ]);
  if (!source)
    return fail([
      {
        code: 'plan.unknown-host',
        path: `vms[${scenario.vms.indexOf(vm)}].host`,
        message: `There is no host called "${from}".`,
      },
    ]);
  if (!target)
    return fail([
      { code: 'plan.unknown-host', path: `${path}.to`, message: `There is no host called "${action.to}".` },
    ]);
  const link = vmotionPath(scenario, source, target);
  const usedBytes = usedBytesOf(vm);
  const cancel = scenario.actions.find(
    (one) => one.kind === 'cancel' && one.vm === vm.id && one.atNs >= action.atNs,
  );
  return ok({
    index,
    vm: vm.id,
    sourceHost: source.id,
    targetHost: target.id,
    requestedNs: action.atNs,
    cancelNs: cancel ? cancel.atNs : null,
    fidelity: fidelityOf(vm),
    usedBytes,
    pageCount: usedBytes / PAGE_BYTES,
    diskBytes: 0,
    arrival: 'announced',
    movesMemory: true,
    ...link,
  });
}

interface LinkRates {
  readonly lineBytesPerSecond: BytesPerSecond;
  readonly bytesPerSecond: BytesPerSecond;
  readonly windowLimited: boolean;
  readonly rttNs: number;
}

/** A path needs a vMotion network both hosts have a NIC on; without one all rates are 0 and the checks refuse the move. */
export function vmotionPath(scenario: Scenario, source: Host, target: Host): LinkRates {
  let best: LinkRates = { lineBytesPerSecond: 0, bytesPerSecond: 0, windowLimited: false, rttNs: 0 };
  for (const network of scenario.networks) {
    if (network.kind !== 'vmotion') continue;
    const line = Math.min(fastestNic(source, network), fastestNic(target, network));
    const rates = ratesOf(network, line);
    if (rates.bytesPerSecond > best.bytesPerSecond) best = rates;
  }
  return best;
}

function fastestNic(host: Host, network: Network): BytesPerSecond {
  return host.nics
    .filter((nic) => nic.network === network.id)
    .reduce((most, nic) => Math.max(most, nic.bytesPerSecond), 0);
}

/** throughput = min(line rate x goodput share, window / RTT): the bandwidth-delay product rule for one TCP stream. */
function ratesOf(network: Network, line: BytesPerSecond): LinkRates {
  const goodput = mulDivFloor(line, network.goodputPpm, PPM);
  const window =
    network.rttNs === 0 ? Infinity : mulDivFloor(network.windowBytes, NS_PER_SECOND, network.rttNs);
  return {
    lineBytesPerSecond: line,
    bytesPerSecond: Math.min(goodput, window),
    windowLimited: window < goodput,
    rttNs: network.rttNs,
  };
}
