/**
 * Numbered transactions of a client against what really executed. The VM computes one, writes it to its disk, and acknowledges it when it
 * lies there. The disk takes writes only from the host that holds its lock. What the VM remembers of it moves with its memory; a host
 * that fails takes the memory with it, and the VM that is started again reads on its disk how far it was.
 */
import type { Ns } from '../../base/units.ts';
import type { LockHeld, Run } from '../fleet/execution.ts';

/** Executing time to compute one and to write one, and how long the disk refuses before it is asked again. */
const COMPUTE_NS: Ns = 3_000_000;
const WRITE_NS: Ns = 1_000_000;
const RETRY_NS: Ns = 50_000_000;

export interface Kept {
  /** Numbers on the disk, in the order they were written. */
  readonly disk: readonly number[];
  /** Numbers the client was told are done. */
  readonly acknowledged: readonly number[];
}

interface Written {
  readonly number: number;
  readonly atNs: Ns;
}

/** When a correct VM acknowledges; the other is a defect that a property must find. */
export type Acknowledges = 'when-written' | 'when-computed';

/** @param runs of one VM, by their start. @param locks of its disk, in order. */
export function transactionsOf(
  runs: readonly Run[],
  locks: readonly LockHeld[],
  untilNs: Ns,
  acknowledges: Acknowledges = 'when-written',
): Kept {
  const disk: Written[] = [];
  const acknowledged = new Set<number>();
  let before: { run: Run; writes: Written[] } | null = null;
  for (const run of runs) {
    const first = 1 + (before ? rememberedAt(before.run, before.writes, disk, run.fromNs) : 0);
    const writes = execute(run, first, locks, untilNs, (number, atNs, isWritten) => {
      if (isWritten) disk.push({ number, atNs });
      if (isWritten || acknowledges === 'when-computed') acknowledged.add(number);
    });
    before = { run, writes };
  }
  disk.sort((a, b) => a.atNs - b.atNs);
  return {
    disk: disk.map(({ number }) => number),
    acknowledged: [...acknowledged].sort((a, b) => a - b),
  };
}

/** How far the VM is that runs on from there: what was in its memory when it was stopped or copied, or what lies on its disk. */
function rememberedAt(run: Run, writes: readonly Written[], disk: readonly Written[], atNs: Ns): number {
  const known = run.ended === 'crashed' ? disk : writes;
  const before = known.filter((one) => one.atNs <= atNs).map(({ number }) => number);
  const earlier = disk.filter((one) => one.atNs <= run.fromNs).map(({ number }) => number);
  return Math.max(0, ...before, ...earlier);
}

/** One after the other while this host executes the VM. What is under way when it stops is begun again where it goes on. */
function execute(
  run: Run,
  first: number,
  locks: readonly LockHeld[],
  untilNs: Ns,
  computed: (number: number, atNs: Ns, isWritten: boolean) => void,
): Written[] {
  const writes: Written[] = [];
  const endNs = Math.min(run.toNs, untilNs);
  let atNs = run.fromNs;
  for (let number = first; atNs + COMPUTE_NS <= endNs;) {
    const writtenNs = atNs + COMPUTE_NS + WRITE_NS;
    const isWritten = writtenNs <= endNs && holderAt(locks, writtenNs) === run.host;
    computed(number, writtenNs, isWritten);
    if (isWritten) writes.push({ number: number++, atNs: writtenNs });
    atNs = isWritten ? writtenNs : writtenNs + RETRY_NS;
  }
  return writes;
}

function holderAt(locks: readonly LockHeld[], atNs: Ns): number {
  let holder = -1;
  for (const { host, fromNs } of locks) if (fromNs <= atNs) holder = host;
  return holder;
}
