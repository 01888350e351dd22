/**
 * What is to come, earliest first. A migration has one entry, the instant before which nothing it needs can change; everything else is
 * an entry of its own, run in the order it was put down.
 */
import type { Ns } from '../../base/units.ts';

interface Entry {
  readonly atNs: Ns;
  /** Orders entries of one instant. */
  readonly order: number;
  /** The migration whose bound this is; -1: run `work`. */
  readonly task: number;
  readonly work: (() => void) | null;
}

export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;
  /** The order of the entry that holds for a task; those before it hold no more. */
  readonly #current = new Map<number, number>();

  /** The next instant at which something is to be done; Infinity where nothing is. */
  get nextNs(): Ns {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (top.task < 0 || this.#current.get(top.task) === top.order) return top.atNs;
      this.#pop();
    }
    return Infinity;
  }

  at(atNs: Ns, work: () => void): void {
    this.#push({ atNs, order: this.#order++, task: -1, work });
  }

  /** Replaces the bound of a migration. Infinity: nothing of its own will happen to it. */
  bound(task: number, atNs: Ns): void {
    this.forget(task);
    if (atNs === Infinity) return;
    this.#current.set(task, this.#order);
    this.#push({ atNs, order: this.#order++, task, work: null });
  }

  forget(task: number): void {
    this.#current.delete(task);
  }

  /** Takes all that is due at this instant: first migrations, in the order of their tasks, then work in the order it was put down. */
  take(atNs: Ns): { tasks: number[]; work: (() => void)[] } {
    const tasks: number[] = [];
    const work: (() => void)[] = [];
    while (this.nextNs === atNs) {
      const entry = this.#pop();
      if (entry.work) work.push(entry.work);
      else {
        this.#current.delete(entry.task);
        tasks.push(entry.task);
      }
    }
    return { tasks: tasks.sort((a, b) => a - b), work };
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    for (
      let parent = (at - 1) >> 1;
      at > 0 && isBefore(entry, heap[parent] as Entry);
      parent = (at - 1) >> 1
    ) {
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const top = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length > 0) sink(heap, last);
    return top;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
}

function sink(heap: Entry[], entry: Entry): void {
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++;
    if (!isBefore(heap[child] as Entry, entry)) break;
    heap[at] = heap[child] as Entry;
    at = child;
  }
  heap[at] = entry;
}
