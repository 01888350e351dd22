/**
 * What pages cost on the wire and what happens in the stun, for the engines that work in rounds. Where a vendor publishes no format the
 * row says whose it borrows. QEMU has its own, measured, in `../qemu/`.
 */
import { NS_PER_MS, PAGE_BYTES, type Bytes, type Ns } from '../../base/units.ts';
import { LZ4_SHARE } from '../expected-guest.ts';
import { ESXI } from '../policy/esxi.ts';
import { RAW_PAGE_WIRE_BYTES, ZERO_PAGE_WIRE_BYTES } from '../rounds.ts';
import { HEAP_PAGE, RANDOM_PAGE, TEXT_PAGE } from './trace.ts';

export interface WireFormat {
  /** A page with its header. */
  readonly wholeBytes: Bytes;
  /** A page of zeros; the same as `wholeBytes` where zeros are not looked for. */
  readonly zeroBytes: Bytes;
  /** Share of a page's 4,096 bytes that is sent, by the class of its content; null where nothing is compressed. */
  readonly packedShare: readonly number[] | null;
  /** One more header for each so many pages. */
  readonly batchPages: number;
  readonly batchBytes: Bytes;
  /** For each run of neighbours in the list. */
  readonly runBytes: Bytes;
  /** Memory the guest has never used is sent like any other. */
  readonly sendsUntouched: boolean;
  /** A page written while it waits is on the next list too: the dirty log is read between rounds. ESXi clears a bit when it sends. */
  readonly relists: boolean;
  /** Source of these numbers. */
  readonly source: string;
}

export interface StunCosts {
  readonly stopNs: Ns;
  /** The bitmap of all used pages goes over before the last pages. */
  readonly bitmap: boolean;
  readonly resumeNs: Ns;
  readonly source: string;
}

const PLAIN = { packedShare: null, batchPages: 1, batchBytes: 0, runBytes: 0 } as const;

const FORMATS = {
  esxi: {
    ...PLAIN,
    wholeBytes: RAW_PAGE_WIRE_BYTES,
    zeroBytes: ZERO_PAGE_WIRE_BYTES,
    sendsUntouched: false,
    relists: false,
    source: 'not published; the format of the single move, which is that of QEMU',
  },
  xen: {
    ...PLAIN,
    wholeBytes: 8 + PAGE_BYTES,
    zeroBytes: 8 + PAGE_BYTES,
    batchPages: 1024,
    batchBytes: 16,
    sendsUntouched: true,
    relists: true,
    source: 'libxc: PAGE_DATA records of 1,024 pages with a frame number each; zero pages are sent',
  },
  cloudHypervisor: {
    ...PLAIN,
    wholeBytes: PAGE_BYTES,
    zeroBytes: 0,
    runBytes: 16,
    sendsUntouched: false,
    relists: true,
    source: 'memory range tables, address and length for each range; holes of sparse memory are left out',
  },
  hyperV: {
    ...PLAIN,
    wholeBytes: RAW_PAGE_WIRE_BYTES,
    zeroBytes: RAW_PAGE_WIRE_BYTES,
    sendsUntouched: true,
    relists: true,
    source: "not published; our choice: QEMU's page header",
  },
} as const satisfies Record<string, WireFormat>;

/** Compressed as this project's LZ4 compresses such pages, which is our choice: the vendor names no method. */
const HYPER_V_PACKED: WireFormat = {
  ...FORMATS.hyperV,
  zeroBytes: ZERO_PAGE_WIRE_BYTES,
  packedShare: packedShares(),
};

function packedShares(): readonly number[] {
  const shares = [0, 0, 0, 0];
  shares[TEXT_PAGE] = LZ4_SHARE.text;
  shares[HEAP_PAGE] = LZ4_SHARE.heap;
  shares[RANDOM_PAGE] = LZ4_SHARE.random;
  return shares;
}

export function formatOf(profileId: string, values: Readonly<Record<string, unknown>>): WireFormat {
  if (profileId.startsWith('xen')) return FORMATS.xen;
  if (profileId === 'cloud-hypervisor') return FORMATS.cloudHypervisor;
  if (profileId !== 'hyper-v') return FORMATS.esxi;
  const packs = values['VirtualMachineMigrationPerformanceOption'] === 'Compression';
  return packs ? HYPER_V_PACKED : FORMATS.hyperV;
}

const ESXI_STUN: StunCosts = {
  stopNs: ESXI.stopNs,
  bitmap: true,
  resumeNs: ESXI.resumeNs,
  source: 'the single move',
};

const STUNS: Readonly<Record<string, StunCosts>> = {
  xen: {
    stopNs: 10 * NS_PER_MS,
    bitmap: false,
    resumeNs: 28 * NS_PER_MS,
    source:
      'our choice: the guest suspends itself when it is asked; resume as reported for several hypervisors',
  },
  'cloud-hypervisor': {
    stopNs: NS_PER_MS,
    bitmap: false,
    resumeNs: 5 * NS_PER_MS,
    source: 'live_migration.md: about 5 ms to restore 1 to 200 vCPUs; the stop is our choice',
  },
  'hyper-v': {
    stopNs: ESXI.stopNs,
    bitmap: false,
    resumeNs: 28 * NS_PER_MS,
    source: 'not published; our choice, as for the others',
  },
};

export function stunOf(profileId: string): StunCosts {
  return STUNS[profileId === 'xen-classic' ? 'xen' : profileId] ?? ESXI_STUN;
}
