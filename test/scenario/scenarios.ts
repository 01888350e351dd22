// Valid scenarios: some by hand that cover every corner of the schema, and arbitrary ones that fast-check shrinks.
import fc from 'fast-check';
import { GIB, MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES } from '../../web/base/units.ts';
import { setKnob } from '../../web/scenario/knobs.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import { COMPRESSIONS, FIDELITIES, TRACE_INSTALLS, WORKLOAD_PATTERNS } from '../../web/scenario/schema.ts';
import type { Scenario, ScenarioInput } from '../../web/scenario/schema.ts';

export function valid(input: unknown): Scenario {
  const parsed = parseScenario(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error, null, 2));
  return parsed.value;
}

export function preset(id: string): Scenario {
  const found = PRESETS.find((one) => one.id === id);
  if (!found) throw new Error(`no preset ${id}`);
  return found.scenario;
}

/** The least that is a scenario, and one VM that may move. */
export const smallest = (): ScenarioInput => ({
  schema: 1,
  title: 'Small',
  sites: [{ id: 'site' }],
  clusters: [{ id: 'cluster', site: 'site' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vms', kind: 'vm' },
  ],
  hosts: ['a', 'b'].map((id) => ({
    id,
    cluster: 'cluster',
    memoryBytes: 8 * GIB,
    nics: [{ id: 'vmnic0', network: 'vmotion', bytesPerSecond: 125_000_000 }],
  })),
  datastores: [{ id: 'store', hosts: ['a', 'b'] }],
  vms: [{ id: 'vm', host: 'a', datastore: 'store', network: 'vms', memoryBytes: GIB }],
  actions: [{ kind: 'migrate', vm: 'vm', to: 'b' }],
});

function fleet(count: number): Scenario {
  const input = smallest();
  const number = (index: number) => String(index + 1).padStart(3, '0');
  input.title = `Fleet of ${count}`;
  input.vms = Array.from({ length: count }, (_, index) => ({
    id: `vm-${number(index)}`,
    host: 'a',
    datastore: 'store',
    network: 'vms',
    memoryBytes: (256 + (index % 5) * 128) * MIB,
    mac: `00:50:56:00:00:${(index % 256).toString(16).padStart(2, '0')}`,
    ip: `10.0.20.${(index % 250) + 1}`,
    phases: [{ pattern: 'hot-cold' as const, writesPerSecond: 100 * index, workingSetBytes: 16 * MIB }],
  }));
  input.actions = input.vms.map((vm, index) => ({
    kind: 'migrate',
    atNs: index * NS_PER_SECOND,
    vm: vm.id,
    to: 'b',
  }));
  return valid(input);
}

/** Twenty scenarios with a name each, for the golden links. */
export function goldenScenarios(): [name: string, scenario: Scenario][] {
  const database = preset('database');
  const small = valid(smallest());
  return [
    ...PRESETS.map((one): [string, Scenario] => [one.id, one.scenario]),
    ['database with 8 GiB', setKnob(database, 'memory', 8 * GIB)],
    ['database with LZ4', setKnob(database, 'compression', 'lz4')],
    [
      'database without SDPS, goal 500 ms',
      setKnob(setKnob(database, 'sdps', 'off'), 'goal', 500 * NS_PER_MS),
    ],
    ['database with seed 7', { ...database, seed: 7 }],
    ['write storm on 10 Gb/s', setKnob(preset('write-storm'), 'link', 1_250_000_000)],
    ['long distance at 20 ms', setKnob(preset('long-distance'), 'rtt', 20 * NS_PER_MS)],
    ['smallest', small],
    ['nothing but a title', valid({ schema: 1, title: 'Empty' })],
    [
      'words of many languages',
      { ...small, title: 'Ünïcödé 移行 🚚', summary: 'Zażółć gęślą jaźń\n“quoted” \\ back' },
    ],
    [
      'cancelled',
      { ...small, actions: [...small.actions, { kind: 'cancel', atNs: 3 * NS_PER_SECOND, vm: 'vm' }] },
    ],
    [
      'three phases',
      { ...small, vms: small.vms.map((vm) => ({ ...vm, phases: threePhases(vm.phases[0]!) })) },
    ],
    ['fleet of 12', fleet(12)],
    ['fleet of 100', fleet(100)],
  ];
}

function threePhases(phase: Scenario['vms'][number]['phases'][number]) {
  return [
    phase,
    {
      ...phase,
      afterNs: 5 * NS_PER_SECOND,
      pattern: 'zipf' as const,
      writesPerSecond: 9_000,
      zipfExponentMilli: 1_200,
    },
    { ...phase, afterNs: 9 * NS_PER_SECOND, pattern: 'idle' as const },
  ];
}

const range = (min: number, max: number) => fc.integer({ min, max });
const wide = (min: number, max: number) =>
  fc.oneof(
    range(min, Math.min(max, min + 1000)),
    fc.maxSafeInteger().map((n) => min + (Math.abs(n) % (max - min + 1))),
  );
const pages = (min: number, max: number) =>
  wide(min / PAGE_BYTES, max / PAGE_BYTES).map((n) => n * PAGE_BYTES);
/** Half the settings are left to their defaults, so that leaving out and filling in are both tried. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const tidy = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

const phase = (usedBytes: number) =>
  fc.record({
    pattern: maybe(fc.constantFrom(...WORKLOAD_PATTERNS)),
    writesPerSecond: maybe(wide(0, 20_000_000)),
    workingSetBytes: pages(PAGE_BYTES, usedBytes),
    bytesPerWrite: maybe(range(1, 512).map((n) => n * 8)),
    hotWritesPpm: maybe(range(0, 1_000_000)),
    hotPagesPpm: maybe(range(1, 1_000_000)),
    zipfExponentMilli: maybe(range(100, 3_000)),
  });

const memory = pages(MIB, 24 * 1024 * GIB).chain((memoryBytes) =>
  pages(MIB, memoryBytes).chain((usedBytes) =>
    fc.record({
      memoryBytes: fc.constant(memoryBytes),
      usedBytes: fc.constant(usedBytes),
      phases: fc.array(phase(usedBytes), { minLength: 1, maxLength: 4 }),
    }),
  ),
);

const vmExtras = fc.record({
  vcpus: maybe(range(1, 960)),
  diskBytes: maybe(wide(0, 64 * 1024 * GIB)),
  deviceStateBytes: maybe(wide(0, 64 * GIB)),
  ip: maybe(fc.ipV4()),
  fidelity: maybe(fc.constantFrom(...FIDELITIES)),
  content: maybe(
    fc.record({ textPpm: range(0, 300_000), heapPpm: range(0, 300_000), randomPpm: range(0, 400_000) }),
  ),
  client: maybe(
    fc.record({ pingIntervalNs: wide(NS_PER_MS, 10 * NS_PER_SECOND), serviceNs: wide(1_000, NS_PER_SECOND) }),
  ),
});

const policy = fc.record({
  switchoverGoalNs: maybe(wide(NS_PER_MS, 100 * NS_PER_SECOND)),
  sdps: maybe(fc.boolean()),
  compression: maybe(fc.constantFrom(...COMPRESSIONS)),
  xbzrleCacheBytes: maybe(range(16, 36).map((bits) => 2 ** bits)),
  traceInstall: maybe(fc.constantFrom(...TRACE_INSTALLS)),
  traceFaultNs: maybe(wide(0, NS_PER_MS)),
});

interface Choices {
  title: string;
  summary: string;
  seed: number;
  hostCount: number;
  vmParts: [sized: { memoryBytes: number; usedBytes: number; phases: object[] }, extras: object][];
  rates: number[];
  rttNs: number;
  windowBytes: number;
  policy: object;
}

function assemble(choices: Choices): Scenario {
  const hostIds = Array.from({ length: choices.hostCount }, (_, index) => `esx-${index + 1}`);
  const hostAt = (index: number) => hostIds[index % hostIds.length]!;
  const vms = choices.vmParts.map(([sized, extras], index) => {
    const phases = sized.phases.map((one, at) => ({
      ...tidy(one),
      afterNs: at * NS_PER_SECOND,
    }));
    return {
      ...tidy(extras),
      ...sized,
      phases,
      id: `vm-${index}`,
      host: hostAt(index),
      datastore: 'store',
      network: 'vms',
    };
  });
  return valid({
    ...smallest(),
    title: choices.title,
    summary: choices.summary,
    seed: choices.seed,
    networks: [
      { id: 'vmotion', kind: 'vmotion', rttNs: choices.rttNs, windowBytes: choices.windowBytes },
      { id: 'vms', kind: 'vm' },
    ],
    hosts: hostIds.map((id, index) => ({
      id,
      cluster: 'cluster',
      memoryBytes: (index + 1) * GIB,
      nics: choices.rates.map((bytesPerSecond, nic) => ({
        id: `vmnic${nic}`,
        network: nic % 2 === 0 ? 'vmotion' : 'vms',
        bytesPerSecond,
      })),
    })),
    datastores: [{ id: 'store', hosts: hostIds }],
    vms,
    policy: tidy(choices.policy),
    actions: vms.map((vm, index) => ({ kind: 'migrate', atNs: index, vm: vm.id, to: hostAt(index + 1) })),
  });
}

export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record<Choices>({
    title: fc.string({ maxLength: 60, unit: 'grapheme' }).map((text) => text.slice(0, 60)),
    summary: fc.string({ maxLength: 200 }),
    seed: wide(0, 0xffff_ffff),
    hostCount: range(1, 5),
    vmParts: fc.array(fc.tuple(memory, vmExtras), { maxLength: 5 }),
    rates: fc.array(wide(125_000, 50_000_000_000), { minLength: 1, maxLength: 4 }),
    rttNs: wide(0, 10 * NS_PER_SECOND),
    windowBytes: wide(4096, 4 * GIB),
    policy,
  })
  .map(assemble);
