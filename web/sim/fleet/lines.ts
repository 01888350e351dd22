/**
 * The network as lines that flows share, and the way of a migration over them: its streams, what caps each, and which lines it
 * crosses. Ethernet is full duplex: what leaves a NIC and what comes in are two lines.
 */
import { PPM, mulDivFloor, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import type { Host, Network, Nic, Scenario } from '../../scenario/schema.ts';
import { atLeast, mtuEffect, streamCap, type StreamLimit } from '../network/stream.ts';
import type { FleetLine } from './fleet-log.ts';

/** A network with the MTU of Ethernet says itself which share of the line reaches the pages; other MTUs follow from their headers. */
const ETHERNET_MTU: Bytes = 1_500;

export interface Way {
  /** One per pair of NICs: a migration uses all of them at once. */
  readonly streams: readonly { readonly lines: readonly number[]; readonly cap: BytesPerSecond }[];
  readonly rttNs: Ns;
  /** Sum of the slower NIC of each pair, and of what each stream can send at most. */
  readonly lineBytesPerSecond: BytesPerSecond;
  readonly bytesPerSecond: BytesPerSecond;
  readonly because: StreamLimit;
}

interface Ends {
  readonly pairs: readonly { readonly from: Port; readonly to: Port }[];
  readonly network: Network;
  readonly router: number;
}

interface Port {
  readonly nic: Nic;
  readonly out: number;
  readonly in: number;
}

export class Lines {
  readonly lines: FleetLine[] = [];
  /** By host: its vMotion NICs. */
  readonly #ports: Port[][];
  readonly #uplinks = new Map<string, { out: number; in: number }>();
  readonly #routers: number[];
  readonly #wans: { out: number; in: number }[];
  readonly #disks: number[];
  readonly #ways = new Map<number, Way | null>();
  readonly #networks: Map<string, Network>;
  readonly #siteOf: Map<string, string>;

  constructor(readonly scenario: Scenario) {
    this.#networks = new Map(scenario.networks.map((one) => [one.id, one]));
    this.#siteOf = new Map(scenario.clusters.map((one) => [one.id, one.site]));
    this.#ports = scenario.hosts.map((host) => host.nics.flatMap((nic) => this.#port(host, nic)));
    for (const { id, uplinkBytesPerSecond: rate } of scenario.clusters)
      if (rate > 0)
        this.#uplinks.set(id, {
          out: this.#add(`${id} uplink, out`, 'uplink', rate, id),
          in: this.#add(`${id} uplink, in`, 'uplink', rate, id),
        });
    this.#routers = scenario.routers.map((one) =>
      one.bytesPerSecond > 0 ? this.#add(one.id, 'router', one.bytesPerSecond) : -1,
    );
    this.#wans = scenario.wans.map((one) => ({
      out: this.#add(`${one.id} to ${one.sites[1]}`, 'wan', one.up ? one.bytesPerSecond : 0, one.id),
      in: this.#add(`${one.id} to ${one.sites[0]}`, 'wan', one.up ? one.bytesPerSecond : 0, one.id),
    }));
    this.#disks = scenario.datastores.map((one) => this.#add(one.id, 'disk', one.bytesPerSecond));
  }

  /** The lines of one NIC of a host, or of a line between sites, by the name a fault gives it: `host/nic` or the id of the line. */
  named(part: string): number[] {
    return this.lines.flatMap((line, index) => (line.part === part ? [index] : []));
  }

  /** All lines of the NICs a host moves VMs over. */
  ofHost(host: string): number[] {
    return this.lines.flatMap((line, index) => (line.part.startsWith(`${host}/`) ? [index] : []));
  }

  /** Line rates of the NICs a host moves VMs over. */
  nicRates(host: Host): BytesPerSecond[] {
    return (this.#ports[this.scenario.hosts.indexOf(host)] ?? []).map(({ nic }) => nic.bytesPerSecond);
  }

  /** Null where no vMotion network joins the two. Hosts are indexes. */
  way(source: number, target: number): Way | null {
    const key = source * this.scenario.hosts.length + target;
    let way = this.#ways.get(key);
    if (way === undefined) this.#ways.set(key, (way = this.#find(source, target)));
    return way;
  }

  /** The same way for a disk: both datastores take part. Within one host there is no network between them. */
  diskWay(source: number, target: number, from: number, to: number): Way | null {
    const disks = [...new Set([this.#disks[from] as number, this.#disks[to] as number])];
    const slower = Math.min(...disks.map((disk) => (this.lines[disk] as FleetLine).bytesPerSecond));
    if (source === target) {
      const streams = [{ lines: disks, cap: slower }];
      return { streams, rttNs: 0, lineBytesPerSecond: slower, bytesPerSecond: slower, because: 'line' };
    }
    const way = this.way(source, target);
    if (!way) return null;
    const streams = way.streams.map(({ lines, cap }) => ({ lines: [...lines, ...disks], cap }));
    return { ...way, streams };
  }

  #port(host: Host, nic: Nic): Port[] {
    const network = this.#networks.get(nic.network);
    if (network?.kind !== 'vmotion' || !nic.vmotion || !nic.up) return [];
    const rate = mulDivFloor(nic.bytesPerSecond, goodputOf(network, nic.mtu), PPM);
    const part = `${host.id}/${nic.id}`;
    const out = this.#add(`${part}, out`, 'nic-out', rate, part);
    return [{ nic, out, in: nic.fullDuplex ? this.#add(`${part}, in`, 'nic-in', rate, part) : out }];
  }

  #add(id: string, kind: FleetLine['kind'], bytesPerSecond: BytesPerSecond, part = id): number {
    this.lines.push({ id, kind, part, bytesPerSecond });
    return this.lines.length - 1;
  }

  #find(source: number, target: number): Way | null {
    const ends = this.#ends(source, target);
    if (!ends) return null;
    const [from, to] = [this.scenario.hosts[source] as Host, this.scenario.hosts[target] as Host];
    const between = this.#between(from, to);
    const rttNs = between.rttNs + (ends.router < 0 ? ends.network.rttNs : this.#router(ends.router).rttNs);
    const version = atLeast(from.version, to.version) ? to.version : from.version;
    const caps = ends.pairs.map(({ from: a, to: b }) => {
      const mtu = mtuEffect(a.nic.mtu, b.nic.mtu, []);
      return streamCap({
        lineBytesPerSecond: Math.min(a.nic.bytesPerSecond, b.nic.bytesPerSecond),
        goodputPpm: goodputOf(ends.network, Math.min(a.nic.mtu, b.nic.mtu)),
        windowBytes: ends.network.windowBytes,
        rttNs,
        lossPpm: between.lossPpm,
        segmentBytes: mtu.segmentBytes,
        version,
        ...{ grantedPpm: PPM, reservePpm: PPM },
      });
    });
    const router = ends.router < 0 ? [] : [this.#routers[ends.router] as number].filter((one) => one >= 0);
    return {
      streams: ends.pairs.map((pair, nth) => ({
        lines: [pair.from.out, ...between.lines, ...router, pair.to.in],
        cap: caps[nth]!.bytesPerSecond,
      })),
      rttNs,
      lineBytesPerSecond: ends.pairs.reduce(
        (sum, { from: a, to: b }) => sum + Math.min(a.nic.bytesPerSecond, b.nic.bytesPerSecond),
        0,
      ),
      bytesPerSecond: caps.reduce((sum, cap) => sum + cap.bytesPerSecond, 0),
      because: caps[0]!.because,
    };
  }

  #router(index: number) {
    return this.scenario.routers[index] as Scenario['routers'][number];
  }

  /** The fastest network both are on; else two networks that a router joins, which only the vMotion stack crosses, from 6.0 on. */
  #ends(source: number, target: number): Ends | null {
    const [from, to] = [this.#ports[source] ?? [], this.#ports[target] ?? []];
    const direct = this.#pairs(from, to, (a, b) => a.nic.network === b.nic.network);
    if (direct) return { ...direct, router: -1 };
    const [a, b] = [this.scenario.hosts[source] as Host, this.scenario.hosts[target] as Host];
    if (!atLeast(a.version, '6.0') || !atLeast(b.version, '6.0')) return null;
    for (const [router, { networks }] of this.scenario.routers.entries()) {
      const joined = ({ nic }: Port) => nic.stack === 'vmotion' && networks.includes(nic.network);
      const routed = this.#pairs(from.filter(joined), to.filter(joined), () => true);
      if (routed) return { ...routed, router };
    }
    return null;
  }

  /** Pairs NICs in order, the shorter list again and again; on the network that carries most, the first of equals. */
  #pairs(
    from: readonly Port[],
    to: readonly Port[],
    fit: (a: Port, b: Port) => boolean,
  ): Omit<Ends, 'router'> | null {
    let best: Omit<Ends, 'router'> | null = null;
    let most = 0;
    for (const network of this.scenario.networks) {
      const mine = from.filter(({ nic }) => nic.network === network.id);
      const theirs = to.filter((port) => mine.some((one) => fit(one, port)));
      if (mine.length === 0 || theirs.length === 0) continue;
      const pairs = Array.from({ length: Math.max(mine.length, theirs.length) }, (_, nth) => ({
        from: mine[nth % mine.length] as Port,
        to: theirs[nth % theirs.length] as Port,
      }));
      const rate = pairs.reduce(
        (sum, pair) => sum + Math.min(pair.from.nic.bytesPerSecond, pair.to.nic.bytesPerSecond),
        0,
      );
      if (rate > most) [best, most] = [{ pairs, network }, rate];
    }
    return best;
  }

  /** What lies between the clusters and sites of two hosts. */
  #between(from: Host, to: Host): { lines: number[]; rttNs: Ns; lossPpm: number } {
    const lines: number[] = [];
    if (from.cluster === to.cluster) return { lines, rttNs: 0, lossPpm: 0 };
    const [sourceSite, targetSite] = [this.#siteOf.get(from.cluster), this.#siteOf.get(to.cluster)];
    const out = this.#uplinks.get(from.cluster);
    if (out) lines.push(out.out);
    const wan = this.scenario.wans.findIndex(
      ({ sites }) =>
        sourceSite !== targetSite &&
        sites.includes(sourceSite as string) &&
        sites.includes(targetSite as string),
    );
    const line = this.scenario.wans[wan];
    if (line)
      lines.push(line.sites[0] === sourceSite ? this.#wans[wan]!.out : (this.#wans[wan]!.in as number));
    const into = this.#uplinks.get(to.cluster);
    if (into) lines.push(into.in);
    return { lines, rttNs: line?.rttNs ?? 0, lossPpm: line?.lossPpm ?? 0 };
  }
}

function goodputOf(network: Network, mtu: Bytes): number {
  return mtu === ETHERNET_MTU ? network.goodputPpm : mtuEffect(mtu, mtu, []).goodputPpm;
}
