/**
 * Run as its own process (`node self-check.mjs <binding>`), so that a binding that crashes or does not load harms nothing: opens
 * TensorFlow's eager runtime, prints one line of JSON.
 */
import { createRequire } from "node:module";

const binding = createRequire(import.meta.url)(process.argv[2]);
const backend = new binding.TFJSBackend();
process.stdout.write(
  `${JSON.stringify({ tensorflowVersion: binding.TF_Version, gpu: backend.isUsingGpuDevice === true })}\n`,
);
