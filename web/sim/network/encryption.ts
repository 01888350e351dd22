/** Whether a migration is encrypted, when that is impossible, and what it costs. */
import { mulDivCeil, PPM, type BytesPerSecond, type Ppm } from '../../base/units.ts';
import type { ENCRYPTIONS, EsxVersion } from '../../scenario/choices.ts';
import { atLeast } from './stream.ts';

export type Encryption = (typeof ENCRYPTIONS)[number];

/** vSphere 6.5 brought it. */
export const ENCRYPTION_SINCE: EsxVersion = '6.5';

export interface EncryptionEnd {
  readonly version: EsxVersion;
  /** AES-NI, in the CPU and not switched off in the BIOS. */
  readonly aes: boolean;
}

export const ENCRYPTION_LACKS = ['source-version', 'target-version', 'source-aes', 'target-aes'] as const;
export type EncryptionLack = (typeof ENCRYPTION_LACKS)[number];

export type EncryptionDecision =
  | { readonly kind: 'plain'; readonly lacks: readonly EncryptionLack[] }
  | { readonly kind: 'encrypted' }
  /** Required, and at least one end cannot. */
  | { readonly kind: 'refused'; readonly lacks: readonly EncryptionLack[] };

/**
 * Disabled: never. Opportunistic, the default: where both ends can, else plain. Required: refused where one end cannot. An encrypted VM
 * is always moved as if required. (vSphere 6.5 manual; Denneman, "Resource Consumption of Encrypted vMotion", 2018: without AES-NI on
 * both hosts the default falls back to plain. That `required` is refused then as well is our reading of "cannot".)
 */
export function decideEncryption(
  setting: Encryption,
  vmEncrypted: boolean,
  source: EncryptionEnd,
  target: EncryptionEnd,
): EncryptionDecision {
  if (setting === 'disabled' && !vmEncrypted) return { kind: 'plain', lacks: [] };
  const lacks = ENCRYPTION_LACKS.filter((lack) => isLacking(lack, source, target));
  if (lacks.length === 0) return { kind: 'encrypted' };
  return { kind: setting === 'required' || vmEncrypted ? 'refused' : 'plain', lacks };
}

function isLacking(lack: EncryptionLack, source: EncryptionEnd, target: EncryptionEnd): boolean {
  const end = lack.startsWith('source') ? source : target;
  return lack.endsWith('version') ? !atLeast(end.version, ENCRYPTION_SINCE) : !end.aes;
}

const TEN_GBE: BytesPerSecond = 1_250_000_000;

/**
 * CPU of encryption on each host, in parts per million of a core: about one core at 10 Gbit/s, in a helper thread of its own, so the
 * migration takes as long as a plain one. Remembered from the vSphere 6.5 paper, not read: for show, never a promise.
 */
export function encryptionCpuPpm(bytesPerSecond: BytesPerSecond): Ppm {
  return mulDivCeil(bytesPerSecond, PPM, TEN_GBE);
}
