/** The fitted migration as a scenario, so that it can be run page by page and by every engine. */
import { GIB, MIB, NS_PER_MS, PAGE_BYTES, PPM, mulDivFloor } from '../../base/units.ts';
import { parseScenario } from '../../scenario/parse.ts';
import type { Problem, Result } from '../../base/result.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Fitted } from './fit.ts';
import type { LogFormat, Measured } from './measured.ts';

/** The engine that wrote such a log. */
export const ENGINE_OF: Readonly<Record<LogFormat, string>> = {
  'query-migrate': 'qemu-9.2',
  domjobinfo: 'qemu-9.2',
  'cloud-hypervisor': 'cloud-hypervisor',
};

/** Its own names for what was fitted: nothing holds it back but the line. */
export function parametersOf(format: LogFormat, fitted: Fitted): Readonly<Record<string, number>> {
  return format === 'cloud-hypervisor'
    ? { downtime_ms: Math.round(fitted.downtimeLimitMs) }
    : { 'downtime-limit': Math.round(fitted.downtimeLimitMs), 'max-bandwidth': 0 };
}

const wholePages = (bytes: number): number => Math.max(1, Math.round(bytes / PAGE_BYTES)) * PAGE_BYTES;

export function scenarioOf(measured: Measured, fitted: Fitted): Result<Scenario, Problem[]> {
  const used = wholePages(fitted.usedBytes + fitted.zeroBytes);
  const memoryBytes = Math.max(MIB, Math.ceil(used / MIB) * MIB);
  const zeroPpm = mulDivFloor(wholePages(fitted.zeroBytes) - PAGE_BYTES + 1, PPM, used);
  const host = (id: string) => ({
    ...{ id, cluster: 'cluster', memoryBytes: Math.ceil((2 * memoryBytes) / GIB) * GIB },
    nics: [{ id: 'vmnic0', network: 'vmotion', bytesPerSecond: Math.max(125_000, fitted.bytesPerSecond) }],
  });
  return parseScenario({
    schema: 1,
    title: 'Fitted to a measured migration',
    summary: `The write rate and working set that explain a log of ${measured.format} best.`,
    sites: [{ id: 'site' }],
    clusters: [{ id: 'cluster', site: 'site' }],
    networks: [
      // The rate was measured behind all headers, and whatever the window allowed is in it.
      { id: 'vmotion', kind: 'vmotion', goodputPpm: PPM, rttNs: 0 },
      { id: 'vms', kind: 'vm' },
    ],
    hosts: [host('source'), host('target')],
    datastores: [{ id: 'store', hosts: ['source', 'target'] }],
    vms: [
      {
        ...{
          id: 'measured',
          host: 'source',
          datastore: 'store',
          network: 'vms',
          memoryBytes,
          usedBytes: used,
        },
        ...{ fidelity: 'page-exact', deviceStateBytes: 0 },
        content: { textPpm: 0, heapPpm: 0, randomPpm: PPM - zeroPpm },
        phases: [
          {
            pattern: fitted.writesPerSecond === 0 ? 'idle' : fitted.pattern,
            writesPerSecond: Math.min(20_000_000, fitted.writesPerSecond),
            workingSetBytes: Math.min(used, wholePages(fitted.workingSetBytes)),
          },
        ],
      },
    ],
    policy: { switchoverGoalNs: Math.max(1, Math.round(fitted.downtimeLimitMs)) * NS_PER_MS },
    actions: [{ kind: 'migrate', vm: 'measured', to: 'target' }],
  });
}
