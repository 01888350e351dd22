/** The inputs of one measured migration: all that a prediction may look at. */
import type { Bytes, BytesPerSecond, Ns } from '../../base/units.ts';
import type { RecordedValues } from './parameters.ts';

export interface DirtierConfig {
  readonly pattern: 'seq' | 'random' | 'hotcold';
  /** One byte is raised, `writeBytes` new random bytes, or a page of zeros. */
  readonly write: 'byte' | 'random' | 'zero';
  readonly writeBytes: Bytes;
  readonly setPages: number;
  readonly writesPerSecond: number;
  readonly writesBefore: number;
  /** Late writes are caught up to this; more is dropped. */
  readonly backlogNs: Ns;
}

export interface RunInput {
  readonly kind: string;
  readonly qemuMajor: number;
  readonly q35: boolean;
  readonly memoryBytes: Bytes;
  readonly filledBytes: Bytes;
  readonly content: 'zero' | 'random' | 'text' | 'const';
  readonly dirtier: DirtierConfig;
  readonly values: RecordedValues;
  /** 0: plain loopback. */
  readonly linkBytesPerSecond: BytesPerSecond;
  /** When `migrate-start-postcopy` is sent; null: never. */
  readonly postcopyAfterNs: Ns | null;
  /** When `migrate_cancel` is sent. */
  readonly timeoutNs: Ns;
}

export interface RunPrediction {
  readonly outcome: 'completed' | 'not-converged';
  /** null where it did not converge, as in the measurement. */
  readonly totalMs: number | null;
  readonly downtimeMs: number | null;
  readonly stopToResumeMs: number | null;
  readonly transferred: Bytes;
  readonly syncs: number;
  readonly normal: number;
  readonly duplicate: number;
}
