/**
 * Schema v1: the whole datacenter a scenario describes, in base units (bytes, bytes per second, nanoseconds, parts per million),
 * integers only. Links, files and presets are this shape; everything else in the product is derived from it.
 */
import * as v from 'valibot';
import { GIB, KIB, MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES, PPM, TIB } from '../base/units.ts';
import { COMPRESSIONS, FIDELITIES, PROFILES, TRACE_INSTALLS, WORKLOAD_PATTERNS } from './choices.ts';
import {
  actionOptions,
  clusterEntries,
  datacenterPolicyEntries,
  datastoreEntries,
  hostEntries,
  networkEntries,
  nicEntries,
  poolSchema,
  routerSchema,
  ruleSchema,
  stretchSchema,
  tenantSchema,
  vmEntries,
  vmMemory,
  wanSchema,
} from './datacenter-schema.ts';
import { defaulted, id, integer, list, pages, ppm, text } from './schema-parts.ts';

export { COMPRESSIONS, FIDELITIES, TRACE_INSTALLS, WORKLOAD_PATTERNS };

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
  memoryBytes: vmMemory,
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
  ...vmEntries,
});

export const hostSchema = v.strictObject({
  id,
  cluster: id,
  cores: defaulted(integer(1, 1_024), 16),
  memoryBytes: pages(GIB, 64 * TIB),
  nics: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          id,
          network: id,
          bytesPerSecond: integer(125_000, 50_000_000_000),
          ...nicEntries,
        }),
      ),
      v.minLength(1),
      v.maxLength(16),
    ),
    [],
  ),
  ...hostEntries,
});

export const networkSchema = v.strictObject({
  id,
  kind: v.picklist(['vmotion', 'vm'] as const),
  /** Share of the line rate that reaches the pages. A full Ethernet frame of 1,538 bytes on the wire carries 1,448 of TCP payload. */
  goodputPpm: defaulted(integer(1, PPM), 941_482),
  rttNs: defaulted(integer(0, 10 * NS_PER_SECOND), 200_000),
  /** Socket buffer of one stream. Throughput is at most window / RTT. */
  windowBytes: defaulted(integer(4 * KIB, 4 * GIB), 16 * MIB),
  ...networkEntries,
});

export const actionSchema = v.variant('kind', [...actionOptions]);

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
  profile: v.optional(v.picklist(PROFILES), 'esxi-8'),
  ...datacenterPolicyEntries,
});

/** Hosts that differ in nothing but their names: `id-01`, `id-02`, ... */
const { id: _host, ...likeHost } = hostSchema.entries;
const hostGroupSchema = v.strictObject({ id, count: integer(1, 1_024), ...likeHost });
/** The same VMs on each of these hosts, which may be names of host groups: `id-0001`, `id-0002`, ... in host order. */
const { id: _vm, host: _on, mac: _mac, ip: _ip, ...likeVm } = vmSchema.entries;
const vmGroupSchema = v.strictObject({ id, perHost: integer(1, 1_024), hosts: list(id, 1_024), ...likeVm });

export const scenarioSchema = v.strictObject({
  schema: v.literal(1),
  title: text(120),
  summary: v.optional(text(1_000), ''),
  seed: defaulted(integer(0, 0xffff_ffff), 1),
  sites: list(v.strictObject({ id, name: v.optional(text(80), '') }), 64),
  clusters: list(v.strictObject({ id, site: id, ...clusterEntries }), 256),
  networks: list(networkSchema, 256),
  hosts: list(hostSchema, 1_024),
  datastores: list(v.strictObject({ id, hosts: list(id, 1_024), ...datastoreEntries }), 256),
  vms: list(vmSchema, 4_096),
  stretches: list(stretchSchema, 64),
  routers: list(routerSchema, 64),
  wans: list(wanSchema, 64),
  tenants: list(tenantSchema, 256),
  pools: list(poolSchema, 256),
  rules: list(ruleSchema, 256),
  hostGroups: list(hostGroupSchema, 64),
  vmGroups: list(vmGroupSchema, 64),
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
export type Cluster = Scenario['clusters'][number];
export type Nic = Host['nics'][number];
export type VirtualSwitch = Host['switches'][number];
export type PortGroup = Host['portGroups'][number];
export type Stretch = Scenario['stretches'][number];
export type Router = Scenario['routers'][number];
export type Wan = Scenario['wans'][number];
export type Tenant = Scenario['tenants'][number];
export type Pool = Scenario['pools'][number];
export type Rule = Scenario['rules'][number];
export type Device = Vm['devices'][number];
export type MigrateAction = Extract<Action, { kind: 'migrate' }>;
export type FaultAction = Extract<Action, { kind: 'fault' }>;

/** By halving, which is exact in every engine; a logarithm need not be. */
function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1) rest /= 2;
  return rest === 1;
}
