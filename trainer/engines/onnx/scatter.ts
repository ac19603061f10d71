/**
 * Rows added up at their places in a large table: an embedding's gradient. onnxruntime would copy the whole table to add a few
 * hundred rows, so this is done here, in place, once the rows are computed.
 */

/** target[ids[i]] += rows[i]. Throws for an id outside the table. */
export function addRows(target: Float32Array, ids: Int32Array, rows: Float32Array): void {
  const width = ids.length === 0 ? 0 : rows.length / ids.length;
  for (let row = 0; row < ids.length; row += 1) {
    const start = (ids[row] as number) * width;
    if (start < 0 || start + width > target.length) throw new RangeError(`there is no row ${ids[row]} in the table`);
    const from = row * width;
    for (let column = 0; column < width; column += 1)
      target[start + column] = (target[start + column] as number) + (rows[from + column] as number);
  }
}

/** Like `addRows`, onto zeros. `target` may hold anything before. */
export function scatterRows(target: Float32Array, ids: Int32Array, rows: Float32Array): void {
  target.fill(0);
  addRows(target, ids, rows);
}
