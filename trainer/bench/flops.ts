/** The arithmetic of a benchmark's pairs, so that speeds compare as a share of the machine's peak (MFU). */
import type { ModelConfig } from "../core/model-config";
import type { TrainingConfig } from "../format/training-config";
import { addWork, type ItemShape, NO_WORK, trainingFlops, workOf } from "../recipes/training-flops";

/** A pair as TRL's data sets name it. */
export interface FlopsRow {
  chosen_ids: readonly number[];
  rejected_ids: readonly number[];
}

/** What both rows share; each keeps at least its last token, where its reward is read. */
export function pairShape(rows: readonly (readonly number[])[]): ItemShape {
  const [first = [], ...others] = rows;
  const most = Math.min(...rows.map((row) => row.length)) - 1;
  let shared = 0;
  while (shared < most && others.every((row) => row[shared] === first[shared])) shared += 1;
  return { shared, branches: rows.map((row) => row.length - shared) };
}

/** Operations to train on each pair once. What packing, sharing and trimming save, and recomputation, is not counted. */
export function flopsOfRows(model: ModelConfig, rows: readonly FlopsRow[], config: TrainingConfig): number {
  const work = rows.map((row) => workOf(pairShape([row.chosen_ids, row.rejected_ids]))).reduce(addWork, NO_WORK);
  return trainingFlops(model, work, config).useful;
}
