/** Progressive filling of one component: the loop that costs. Apart from `max-min.ts`, which says what the component is. */

export interface Link {
  readonly index: number;
  capacity: number;
  readonly flows: Member[];
  /** Stamp of the last `resolve` that reached it. */
  seen: number;
}

export interface Member {
  readonly id: number;
  readonly links: readonly number[];
  readonly path: readonly Link[];
  /** Where this flow is in the list of each link of its path, so that it leaves in constant time. */
  readonly places: number[];
  /** Infinity: none. */
  cap: number;
  /** What its owner is told: `level`, or that rounded down. */
  rate: number;
  /** Its fair share as a double. */
  level: number;
  seen: number;
  fixed: boolean;
  here: boolean;
}

/**
 * The links that are not full so far are a heap by the level at which each fills. Fixing a flow only ever raises the level of its other
 * links, so a key is brought up to date when its link reaches the top, and not before. Ties go to the lower index: what comes out
 * does not depend on the order links came in.
 */
export class Filling {
  /** By index of the link: what no fixed flow has taken, flows not fixed so far, and the key in the heap. */
  readonly #left: Float64Array;
  readonly #open: Int32Array;
  readonly #key: Float64Array;
  readonly #heap: Int32Array;
  #size = 0;

  constructor(linkCount: number) {
    this.#left = new Float64Array(linkCount);
    this.#open = new Int32Array(linkCount);
    this.#key = new Float64Array(linkCount);
    this.#heap = new Int32Array(linkCount);
  }

  /**
   * Sets `level` of all flows of a component.
   * @param all every link by its index. @param capped the flows of the component that have a cap, by (cap, id).
   */
  fill(
    links: readonly Link[],
    flows: readonly Member[],
    capped: readonly Member[],
    all: readonly Link[],
  ): void {
    for (const flow of flows) flow.fixed = false;
    this.#heapOf(links);
    let nextCap = 0;
    let level = 0;
    for (;;) {
      while (nextCap < capped.length && capped[nextCap]!.fixed) nextCap++;
      const cap = nextCap < capped.length ? capped[nextCap]!.cap : Infinity;
      const first = this.#first();
      const full = first < 0 ? Infinity : this.#key[first]!;
      const next = cap <= full ? cap : full;
      if (next === Infinity) return;
      // Levels only rise; rounding may put one a last bit below the one before.
      if (next > level) level = next;
      if (cap <= full) this.#fix(capped[nextCap++]!, level);
      else for (const flow of all[first]!.flows) if (!flow.fixed) this.#fix(flow, level);
    }
  }

  #heapOf(links: readonly Link[]): void {
    this.#size = 0;
    for (const { index, capacity, flows } of links) {
      if (flows.length === 0) continue;
      this.#left[index] = capacity;
      this.#open[index] = flows.length;
      this.#key[index] = capacity / flows.length;
      this.#heap[this.#size++] = index;
    }
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The link that fills first, its key up to date; -1 where no link has open flows. */
  #first(): number {
    while (this.#size > 0) {
      const top = this.#heap[0]!;
      const open = this.#open[top]!;
      if (open === 0) this.#heap[0] = this.#heap[--this.#size]!;
      else {
        const key = this.#left[top]! / open;
        if (key === this.#key[top]) return top;
        this.#key[top] = key;
      }
      this.#sink(0);
    }
    return -1;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const size = this.#size;
    const link = heap[from]!;
    let at = from;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, link)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = link;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#key[a]! - this.#key[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }

  #fix(flow: Member, level: number): void {
    // The level may lie a last bit above a cap that equals it up to rounding.
    const share = level < flow.cap ? level : flow.cap;
    flow.level = share;
    flow.fixed = true;
    for (const { index } of flow.path) {
      this.#left[index]! -= share;
      this.#open[index]!--;
    }
  }
}
