/** What any engine or policy layer may decide, with the numbers of why. A sentence is made of them elsewhere. */
export type Action =
  | 'go-on'
  /** The guest gets `throttlePercent` less of its CPUs (or, for ESXi, sleeps that share of the time). */
  | 'throttle'
  /** The downtime limit of the engine below becomes `downtimeLimitMs`. */
  | 'retune'
  | 'switch-over'
  | 'post-copy'
  /** The guest is stopped and what is left is sent, however long it takes. */
  | 'pause'
  | 'abort';

export interface Decision {
  readonly action: Action;
  /** Stable name of the rule that decided: `within-downtime`, `no-progress`. */
  readonly code: string;
  /** The numbers the rule compared; units end their names. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly throttlePercent?: number;
  readonly downtimeLimitMs?: number;
}

export function decision(action: Action, code: string, numbers: Readonly<Record<string, number>>): Decision {
  return { action, code, numbers };
}

/** What a round-based engine knows when a round is over. Times in ms, amounts in bytes. */
export interface RoundEndFacts {
  /** Rounds done: 1 after the first, which sends all memory. */
  readonly rounds: number;
  readonly elapsedMs: number;
  readonly sentBytes: number;
  readonly leftPages: number;
  readonly leftBytes: number;
  /** Measured over the round that ended. */
  readonly bytesPerSecond: number;
  readonly totalSentPages: number;
  readonly memoryPages: number;
  /** What was left after each earlier round, oldest first. */
  readonly leftBefore: readonly number[];
  readonly throttlePercent: number;
}

/** What a layer above an engine knows when it polls. */
export interface PollFacts {
  readonly elapsedMs: number;
  /** Bitmap syncs so far (`dirty-sync-count`). */
  readonly iteration: number;
  readonly remainingBytes: number;
  readonly bytesPerSecond: number;
  readonly downtimeLimitMs: number;
  /** Memory (and disks that move) in GiB, as the layer's time-outs count it. */
  readonly dataGiB: number;
  /** Every poll before this one, oldest first. */
  readonly history: readonly PollSample[];
}

export interface PollSample {
  readonly elapsedMs: number;
  readonly iteration: number;
  readonly remainingBytes: number;
  readonly bytesPerSecond: number;
}
