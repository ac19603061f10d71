/** All kernels of the backend. One that is missing here makes tfjs say so by its name. */
import { defineAttentionKernels } from "./attention";
import { defineElementwiseKernels } from "./elementwise";
import { defineFusedKernels } from "./fused";
import { defineIndexingKernels } from "./indexing";
import { defineReductionKernels } from "./reductions";
import { defineShapeKernels } from "./shapes";

export { BACKEND_NAME } from "./define";

let defined = false;

/** Registers every kernel, once per process. */
export function defineKernels(): void {
  if (defined) return;
  defineElementwiseKernels();
  defineShapeKernels();
  defineReductionKernels();
  defineIndexingKernels();
  defineFusedKernels();
  defineAttentionKernels();
  defined = true;
}
