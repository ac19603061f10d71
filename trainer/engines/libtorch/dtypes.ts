/** dtypes on both sides: tfjs names them, torch numbers them (c10::ScalarType). */
import type { DataType } from "@tensorflow/tfjs-core";

export const TORCH_DTYPE = { int32: 3, int64: 4, float32: 6, bool: 11, bfloat16: 15 } as const;
export type TorchDtype = (typeof TORCH_DTYPE)[keyof typeof TORCH_DTYPE];

/** The torch dtype that stands for a tfjs dtype; throws for string and complex64. */
export function torchDtypeOf(dtype: DataType): TorchDtype {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return TORCH_DTYPE[dtype];
  throw new Error(`the libtorch engine holds float32, int32 and bool tensors, not ${dtype}`);
}
