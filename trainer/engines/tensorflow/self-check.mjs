/**
 * Run as its own process (`node self-check.mjs <binding>`), so that a binding that crashes or does not load harms nothing:
 * multiplies two small matrices with TensorFlow, compares, prints one line of JSON.
 */
import { createRequire } from "node:module";

const binding = createRequire(import.meta.url)(process.argv[2]);
const { TF_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE } = binding;

const attributes = [
  { name: "transpose_a", type: TF_ATTR_BOOL, value: false },
  { name: "transpose_b", type: TF_ATTR_BOOL, value: true },
  { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT },
];
const left = binding.createTensor([2, 2], TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const right = binding.createTensor([2, 2], TF_FLOAT, new Float32Array([5, 6, 7, 8]));
const [product] = binding.executeOp("MatMul", attributes, [left, right], 1);
const values = [...binding.tensorDataSync(product.id)];
if (values.join() !== "17,23,39,53") throw new Error(`TensorFlow's matrix product is wrong: ${values.join()}`);
process.stdout.write(
  `${JSON.stringify({ tensorflowVersion: binding.TF_Version, gpu: binding.isUsingGpuDevice() === true })}\n`,
);
