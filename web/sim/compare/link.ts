/** What lies between the two hosts, as every engine meets it. */
import { PPM, mulDivFloor, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import type { Host, Scenario } from '../../scenario/schema.ts';
import { windowLimit } from '../network/stream.ts';
import { vmotionPath } from '../plan.ts';

export interface CompareLink {
  /** What the line carries of the pages. */
  readonly bytesPerSecond: BytesPerSecond;
  /** Of one connection; more connections have a window each. */
  readonly windowBytes: Bytes;
  readonly rttNs: Ns;
  /** A connection on which nothing comes for so long is given up. */
  readonly timeoutNs: Ns;
}

/** The best vMotion network both hosts are on; null where there is none. */
export function linkOf(scenario: Scenario, source: Host, target: Host): CompareLink | null {
  let best: { readonly rate: BytesPerSecond; readonly link: CompareLink } | null = null;
  for (const network of scenario.networks) {
    const rates = vmotionPath({ ...scenario, networks: [network] }, source, target);
    if (rates.bytesPerSecond <= (best?.rate ?? 0)) continue;
    best = {
      rate: rates.bytesPerSecond,
      link: {
        bytesPerSecond: mulDivFloor(rates.lineBytesPerSecond, network.goodputPpm, PPM),
        windowBytes: network.windowBytes,
        rttNs: network.rttNs,
        timeoutNs: scenario.policy.timeoutNs,
      },
    };
  }
  return best?.link ?? null;
}

/** min(line, connections x window / RTT). */
export function streamRate(link: CompareLink, connections: number): BytesPerSecond {
  return Math.min(link.bytesPerSecond, connections * windowLimit(link.windowBytes, link.rttNs));
}
