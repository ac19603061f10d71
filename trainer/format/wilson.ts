/** The interval of a share, for reports of the trainer and of the platform alike. */

/** Two-sided 95% quantile of the normal distribution. */
const Z = 1.959963984540054;

/** Wilson's 95% score interval of a share of `n` > 0 cases; `correct` may be fractional, since a tie counts half. */
export function wilsonInterval(correct: number, n: number): { low: number; high: number } {
  const share = correct / n;
  const spread = 1 + Z ** 2 / n;
  const centre = (share + Z ** 2 / (2 * n)) / spread;
  const half = (Z / spread) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
