/**
 * e^x for x <= 0 from additions, multiplications and divisions alone, so that the last bit is the same in every engine
 * (`Math.exp` may differ). Relative error below 1e-14. x is reduced to r = x - k ln 2 with |r| <= ln2/2 and the Taylor series
 * of degree 13 is summed by Horner's rule; 2^k is made by repeated exact halving.
 */
export function expNegative(x: number): number {
  if (x >= 0) return 1;
  if (x < -745) return 0;
  const k = Math.floor(-x / LN2 + 0.5);
  const r = x + k * LN2_HIGH + k * LN2_LOW;
  let sum = 1;
  for (let n = 13; n >= 1; n--) sum = 1 + (r * sum) / n;
  let scale = 1;
  for (let i = 0; i < k; i++) scale /= 2;
  return sum * scale;
}

/** 1 - e^x for x <= 0, accurate also where x is tiny and the subtraction would cancel. */
export function oneMinusExpNegative(x: number): number {
  if (x < -0.5) return 1 - expNegative(x);
  let sum = 1;
  for (let n = 16; n >= 2; n--) sum = 1 + (x * sum) / n;
  return -x * sum;
}

const LN2 = 0.6931471805599453;
const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;

/** e^x for any x, from expNegative. Overflows to Infinity above about 709. */
export function exp(x: number): number {
  return x <= 0 ? expNegative(x) : 1 / expNegative(-x);
}

/** Natural logarithm of x >= 1, from basic operations alone. x = m 2^k with m in [1, 2); ln m = 2 atanh((m-1)/(m+1)). */
export function ln(x: number): number {
  let mantissa = x;
  let k = 0;
  while (mantissa >= 2) {
    mantissa /= 2;
    k++;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let sum = 0;
  for (let n = 41; n >= 1; n -= 2) sum = 1 / n + square * sum;
  return k * LN2 + 2 * z * sum;
}
