/** What is expected to come, as the pictures draw it: dashed, in the colour of predictions. Bytes are those of whole pages. */
import type { Bytes, Ns } from '../base/units.ts';

export interface PredictedRound {
  readonly round: number;
  readonly dirtyBytes: Bytes;
  readonly leftBytes: Bytes;
  readonly startNs: Ns;
  readonly endNs: Ns;
}

export interface Prediction {
  readonly rounds: readonly PredictedRound[];
  readonly stun: { readonly startNs: Ns; readonly endNs: Ns } | null;
  readonly endNs: Ns;
}
