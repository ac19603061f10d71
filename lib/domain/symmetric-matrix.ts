/** The little linear algebra that the fits need: dense symmetric positive definite systems of a few hundred unknowns. */

/** Lower Cholesky factor. RangeError when the matrix is not positive definite. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const lower = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k += 1) sum -= (lower[i]?.[k] ?? 0) * (lower[j]?.[k] ?? 0);
      const row = lower[i] as number[];
      if (i === j) {
        if (!(sum > 0)) throw new RangeError(`the matrix is not positive definite (pivot ${i}: ${sum})`);
        row[j] = Math.sqrt(sum);
      } else row[j] = sum / (lower[j]?.[j] ?? 1);
    }
  return lower;
}

function solveFactored(lower: readonly number[][], right: readonly number[]): number[] {
  const n = lower.length;
  const x = [...right];
  for (let i = 0; i < n; i += 1) {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (lower[i]?.[k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (lower[i]?.[i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = x[i] ?? 0;
    for (let k = i + 1; k < n; k += 1) sum -= (lower[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (lower[i]?.[i] ?? 1);
  }
  return x;
}

/** x with `matrix` x = `right`. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  return solveFactored(cholesky(matrix), right);
}

export function invert(matrix: readonly (readonly number[])[]): number[][] {
  const lower = cholesky(matrix);
  return matrix.map((_, column) =>
    solveFactored(
      lower,
      matrix.map((__, row) => (row === column ? 1 : 0)),
    ),
  );
}

/** a b c for square matrices with b symmetric in the middle of the same a on both sides: a b a'. */
export function sandwich(outer: readonly (readonly number[])[], inner: readonly (readonly number[])[]): number[][] {
  const product = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
    a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0), 0)));
  const transposed = (outer[0] ?? []).map((_, j) => outer.map((row) => row[j] ?? 0));
  return product(product(outer, inner), transposed);
}
