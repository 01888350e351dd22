/** What is said of a list of ratios. */
export interface Summary {
  readonly ratio: number;
  readonly p25: number;
  readonly p75: number;
  readonly rounds: number;
}

/** The value below which a share of the sorted values lies, between neighbours where it falls between two. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

export const geometricMean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

const round3 = (value: number) => Math.round(value * 1000) / 1000;

export const summarize = (ratios: readonly number[]): Summary => ({
  ratio: round3(median(ratios)),
  p25: round3(quantile(ratios, 0.25)),
  p75: round3(quantile(ratios, 0.75)),
  rounds: ratios.length,
});
