// Zipf's law without a table of all ranks: the inverse distribution function of the bounded Pareto law at 4097 quantiles, and
// a uniform draw between two neighbours. `pow` is the one compiled into this module, so the table is the same everywhere.
import { ZIPF_CELLS } from '../layout';

/** 2^-52: turns 52 random bits into a number from 0 to below 1. */
const UNIT: f64 = 1.0 / 4503599627370496.0;

/**
 * Fills the table at `table` for ranks 1 to `ranks` and exponent `exponentMilli` / 1000. With s the exponent and m = ranks + 1,
 * quantile q is (1 + q (m^(1-s) - 1))^(1/(1-s)), and m^q where s is 1. The ends are set by hand because `pow` may miss them.
 */
export function zipfTable(table: usize, ranks: u64, exponentMilli: u64): void {
  const most = <f64>(ranks + 1);
  const power = (1000.0 - <f64>exponentMilli) / 1000.0;
  const span = exponentMilli == 1000 ? 0.0 : NativeMath.pow(most, power) - 1.0;
  for (let cell: u32 = 0; cell <= ZIPF_CELLS; ++cell) {
    const quantile = <f64>cell / <f64>ZIPF_CELLS;
    const start =
      exponentMilli == 1000
        ? NativeMath.pow(most, quantile)
        : NativeMath.pow(1.0 + quantile * span, 1.0 / power);
    store<f64>(table + ((<usize>cell) << 3), start);
  }
  store<f64>(table, 1.0);
  store<f64>(table + ((<usize>ZIPF_CELLS) << 3), most);
}

/** A rank from 0 (the most frequent) to `ranks` - 1: the upper 12 random bits choose the cell, the others the place in it. */
// @ts-ignore: decorator
@inline
export function zipfRank(table: usize, random: u64, ranks: u64): u64 {
  const cell = table + ((<usize>(random >> 52)) << 3);
  const start = load<f64>(cell);
  const place = <f64>(random & 0xfffffffffffff) * UNIT;
  const rank = <u64>(start + (load<f64>(cell, 8) - start) * place) - 1;
  return min(rank, ranks - 1);
}
