/** Every kernel of the backend, registered once per process. */
import { defineElementwiseKernels } from "./elementwise";
import { defineFusedKernels } from "./fused";
import { defineIndexingKernels } from "./indexing";
import { defineLayerKernels } from "./layer";
import { defineReductionKernels } from "./reductions";
import { defineShapeKernels } from "./shapes";

export { BACKEND_NAME } from "./scope";

let defined = false;

export function defineKernels(): void {
  if (defined) return;
  defineElementwiseKernels();
  defineReductionKernels();
  defineShapeKernels();
  defineIndexingKernels();
  defineFusedKernels();
  defineLayerKernels();
  defined = true;
}
