/** Which host executes each VM, from when to when, and which holds the lock of its disk: taken down as it happens. */
import type { Ns } from '../../base/units.ts';

export interface Run {
  readonly vm: number;
  readonly host: number;
  readonly fromNs: Ns;
  /** Infinity while it runs. */
  toNs: Ns;
  /** Why it stopped; null while it runs. */
  ended: 'stunned' | 'crashed' | null;
}

export interface LockHeld {
  readonly vm: number;
  readonly host: number;
  readonly fromNs: Ns;
}

export class Execution {
  readonly runs: Run[] = [];
  readonly locks: LockHeld[] = [];
  readonly #open = new Map<string, Run>();

  start(vm: number, host: number, atNs: Ns): void {
    const run: Run = { vm, host, fromNs: atNs, toNs: Infinity, ended: null };
    this.runs.push(run);
    this.#open.set(`${vm} ${host}`, run);
  }

  /** Nothing happens where the VM does not run on this host. */
  stop(vm: number, host: number, atNs: Ns, why: 'stunned' | 'crashed'): void {
    const run = this.#open.get(`${vm} ${host}`);
    if (!run) return;
    run.toNs = atNs;
    run.ended = why;
    this.#open.delete(`${vm} ${host}`);
  }

  lock(vm: number, host: number, atNs: Ns): void {
    this.locks.push({ vm, host, fromNs: atNs });
  }

  isRunning(vm: number, host: number): boolean {
    return this.#open.has(`${vm} ${host}`);
  }
}
