/**
 * Schema v1: the whole datacenter a scenario describes, in base units (bytes, bytes per second, nanoseconds, parts per million),
 * integers only. Links, files and presets are this shape; everything else in the product is derived from it.
 */
import * as v from 'valibot';
import { GIB, KIB, MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES, PPM, TIB } from '../base/units.ts';
import { COMPRESSIONS, FIDELITIES, TRACE_INSTALLS, WORKLOAD_PATTERNS } from './choices.ts';

export { COMPRESSIONS, FIDELITIES, TRACE_INSTALLS, WORKLOAD_PATTERNS };

const integer = (least: number, most: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));
const defaulted = <S extends v.GenericSchema<number>>(schema: S, value: number) => v.optional(schema, value);
/** Names become ids in tables, CSV and links: a letter or digit first, then letters, digits, dot, dash, underscore. */
const id = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1 to 63 letters, digits, dots, dashes or underscores',
  ),
);
/** One way to write each character (NFC), so that the same words make the same link; and nothing that cannot be seen. */
const text = (most: number) =>
  v.pipe(v.string(), v.transform(visible), v.trim(), v.normalize('NFC'), v.maxLength(most));
const list = <S extends v.GenericSchema>(item: S, most: number) =>
  v.optional(v.pipe(v.array(item), v.maxLength(most)), []);
const ppm = integer(0, PPM);
const pages = (least: number, most: number) => v.pipe(integer(least, most), v.multipleOf(PAGE_BYTES));

/** How the guest writes its memory from `afterNs` of guest time on. A write touches one page and changes `bytesPerWrite` of it. */
export const phaseSchema = v.strictObject({
  afterNs: defaulted(integer(0, 86_400 * NS_PER_SECOND), 0),
  pattern: v.optional(v.picklist(WORKLOAD_PATTERNS), 'uniform'),
  /** Page writes a second of guest time. 1,000 writes a second touch at most 4.1 MB of pages a second. */
  writesPerSecond: defaulted(integer(0, 20_000_000), 0),
  /** Pages the writes fall on: a contiguous part of the used memory. */
  workingSetBytes: defaulted(pages(PAGE_BYTES, 32 * TIB), 64 * MIB),
  bytesPerWrite: defaulted(v.pipe(integer(8, PAGE_BYTES), v.multipleOf(8)), 64),
  /** hot-cold only: this share of the writes ... */
  hotWritesPpm: defaulted(ppm, 900_000),
  /** ... falls on this share of the working set. */
  hotPagesPpm: defaulted(integer(1, PPM), 100_000),
  /** zipf only: exponent times 1000; 990 is the common "0.99". */
  zipfExponentMilli: defaulted(integer(100, 3_000), 990),
});

/** What the pages hold before the first write; shares of the used memory, the rest is zero pages. */
export const contentSchema = v.strictObject({
  textPpm: defaulted(ppm, 350_000),
  heapPpm: defaulted(ppm, 350_000),
  randomPpm: defaulted(ppm, 100_000),
});

export const clientSchema = v.strictObject({
  pingIntervalNs: defaulted(integer(NS_PER_MS, 10 * NS_PER_SECOND), 10 * NS_PER_MS),
  /** Time the VM computes on one transaction at full speed; the client sends the next one when the answer is there. */
  serviceNs: defaulted(integer(1_000, NS_PER_SECOND), 600_000),
  /** One way between the client and the switch of the VM network, twice this is the round trip. */
  latencyNs: defaulted(integer(1_000, NS_PER_SECOND), 100_000),
  /** First retransmission time-out; doubles each time (RFC 6298 allows an initial second; Linux never goes below 200 ms). */
  retransmitNs: defaulted(integer(10 * NS_PER_MS, 60 * NS_PER_SECOND), 200 * NS_PER_MS),
});

export const vmSchema = v.strictObject({
  id,
  host: id,
  datastore: id,
  network: id,
  vcpus: defaulted(integer(1, 960), 2),
  memoryBytes: pages(MIB, 24 * TIB),
  /** Memory the guest has ever used; only this is copied (round 0). Zero or absent means all of it. */
  usedBytes: defaulted(pages(0, 24 * TIB), 0),
  diskBytes: defaulted(integer(0, 64 * TIB), 40 * GIB),
  /** vCPU and device checkpoint sent while the VM is stopped. */
  deviceStateBytes: defaulted(integer(0, 64 * GIB), 8 * MIB),
  mac: v.optional(
    v.pipe(v.string(), v.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'must look like 00:50:56:9a:3c:41')),
    '00:50:56:9a:3c:41',
  ),
  ip: v.optional(v.pipe(v.string(), v.ipv4()), '10.0.20.11'),
  fidelity: v.optional(v.picklist(FIDELITIES), 'auto'),
  content: v.optional(contentSchema, {}),
  phases: v.optional(v.pipe(v.array(phaseSchema), v.minLength(1), v.maxLength(16)), [{}]),
  client: v.optional(clientSchema, {}),
});

export const hostSchema = v.strictObject({
  id,
  cluster: id,
  cores: defaulted(integer(1, 1_024), 16),
  memoryBytes: pages(GIB, 64 * TIB),
  nics: v.optional(
    v.pipe(
      v.array(v.strictObject({ id, network: id, bytesPerSecond: integer(125_000, 50_000_000_000) })),
      v.minLength(1),
      v.maxLength(16),
    ),
    [],
  ),
});

export const networkSchema = v.strictObject({
  id,
  kind: v.picklist(['vmotion', 'vm'] as const),
  /** Share of the line rate that reaches the pages. A full Ethernet frame of 1,538 bytes on the wire carries 1,448 of TCP payload. */
  goodputPpm: defaulted(integer(1, PPM), 941_482),
  rttNs: defaulted(integer(0, 10 * NS_PER_SECOND), 200_000),
  /** Socket buffer of one stream. Throughput is at most window / RTT. */
  windowBytes: defaulted(integer(4 * KIB, 4 * GIB), 16 * MIB),
});

export const actionSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('migrate'),
    atNs: defaulted(integer(0, 86_400 * NS_PER_SECOND), 0),
    vm: id,
    to: id,
  }),
  v.strictObject({ kind: v.literal('cancel'), atNs: integer(0, 30 * 86_400 * NS_PER_SECOND), vm: id }),
]);

export const policySchema = v.strictObject({
  switchoverGoalNs: defaulted(integer(NS_PER_MS, 100 * NS_PER_SECOND), 500 * NS_PER_MS),
  maxSwitchoverNs: defaulted(integer(NS_PER_MS, 3_600 * NS_PER_SECOND), 100 * NS_PER_SECOND),
  sdps: v.optional(v.boolean(), true),
  compression: v.optional(v.picklist(COMPRESSIONS), 'off'),
  xbzrleCacheBytes: defaulted(
    v.pipe(integer(64 * KIB, 64 * GIB), v.check(isPowerOfTwo, 'must be a power of two')),
    64 * MIB,
  ),
  traceInstall: v.optional(v.picklist(TRACE_INSTALLS), 'loose'),
  /** What the first write to a traced page costs the guest. */
  traceFaultNs: defaulted(integer(0, NS_PER_MS), 2_000),
});

export const scenarioSchema = v.strictObject({
  schema: v.literal(1),
  title: text(120),
  summary: v.optional(text(1_000), ''),
  seed: defaulted(integer(0, 0xffff_ffff), 1),
  sites: list(v.strictObject({ id, name: v.optional(text(80), '') }), 64),
  clusters: list(v.strictObject({ id, site: id }), 256),
  networks: list(networkSchema, 256),
  hosts: list(hostSchema, 1_024),
  datastores: list(v.strictObject({ id, hosts: list(id, 1_024) }), 256),
  vms: list(vmSchema, 4_096),
  policy: v.optional(policySchema, {}),
  actions: list(actionSchema, 4_096),
});

/** What a file may leave out; `parseScenario` fills in the defaults. */
export type ScenarioInput = v.InferInput<typeof scenarioSchema>;
export type Scenario = v.InferOutput<typeof scenarioSchema>;
export type Vm = v.InferOutput<typeof vmSchema>;
export type Host = v.InferOutput<typeof hostSchema>;
export type Datastore = Scenario['datastores'][number];
export type Network = v.InferOutput<typeof networkSchema>;
export type Phase = v.InferOutput<typeof phaseSchema>;
export type Content = v.InferOutput<typeof contentSchema>;
export type ClientSpec = v.InferOutput<typeof clientSchema>;
export type Policy = v.InferOutput<typeof policySchema>;
export type Action = v.InferOutput<typeof actionSchema>;

/** Controls, marks that turn the direction of what follows, and letters without a width: they hide what a text says. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0]/gu;

/** A joiner between letters belongs to them; a text of joiners alone is empty. */
function visible(raw: string): string {
  const seen = raw.replace(UNSEEN, '');
  return /[^\s\u200c\u200d\ufe00-\ufe0f]/u.test(seen) ? seen : '';
}

/** By halving, which is exact in every engine; a logarithm need not be. */
function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1) rest /= 2;
  return rest === 1;
}
