/** What a kernel works with: every handle it makes is freed when it ends, in success or error, except its outputs. */
import {
  type DataType,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { Handle, OperatorArgument } from "../addon";
import type { LibtorchBackend } from "../backend";
import { type TorchDtype, torchDtypeOf } from "../dtypes";

export const BACKEND_NAME = "libtorch";

export class KernelScope {
  private made: Handle[] = [];

  constructor(readonly backend: LibtorchBackend) {}

  get device(): string {
    return this.backend.torch.device;
  }

  handle(tensor: TensorInfo): Handle {
    return this.backend.handle(tensor);
  }

  /** Runs an operator that gives one tensor. */
  run(name: string, ...args: OperatorArgument[]): Handle {
    const handle = this.backend.torch.call(name, ...args);
    if (typeof handle !== "number") throw new Error(`libtorch ${name}: gave no single tensor`);
    this.made.push(handle);
    return handle;
  }

  /** Runs an operator that gives several tensors, or one list of tensors. */
  runMany(name: string, ...args: OperatorArgument[]): Handle[] {
    const handles = this.backend.torch.call(name, ...args);
    if (!Array.isArray(handles)) throw new Error(`libtorch ${name}: gave no list of tensors`);
    for (const handle of handles) this.made.push(handle as Handle);
    return handles as Handle[];
  }

  /** Runs an operator that writes into its first tensor, which must be one that this kernel made. */
  runInPlace(name: string, target: Handle, ...args: OperatorArgument[]): void {
    this.backend.torch.call(name, target, ...args);
  }

  /** A tensor from values made in JavaScript. */
  values(values: Float32Array | Int32Array, shape: number[]): Handle {
    const handle = this.backend.torch.from(values, shape);
    this.made.push(handle);
    return handle;
  }

  /** Makes an own handle an output: cast to what `dtype` means in torch where the operator gave something else (int64 sums). */
  output(handle: Handle, dtype: DataType): TensorInfo {
    const wanted = torchDtypeOf(dtype);
    let result = handle;
    let [actual, ...shape] = this.backend.torch.addon.describe(handle);
    if (actual !== wanted) {
      result = this.run("to.dtype", handle, wanted);
      [actual, ...shape] = this.backend.torch.addon.describe(result);
    }
    const position = this.made.lastIndexOf(result);
    if (position < 0) throw new Error("a kernel may only give out tensors that it made");
    const info = this.backend.register(result, shape, dtype);
    this.made.splice(position, 1);
    return info;
  }

  /** Makes an own float handle an output in the dtype it has: only kernels that ask for `anyHandle` may read it. */
  outputAsIs(handle: Handle): TensorInfo {
    const [dtype, ...shape] = this.backend.torch.addon.describe(handle) as [TorchDtype, ...number[]];
    const position = this.made.lastIndexOf(handle);
    if (position < 0) throw new Error("a kernel may only give out tensors that it made");
    const info = this.backend.register(handle, shape, "float32", dtype);
    this.made.splice(position, 1);
    return info;
  }

  /** The input itself as output, sharing its memory. */
  same(tensor: TensorInfo): TensorInfo {
    this.backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  }

  close(): void {
    const { addon } = this.backend.torch;
    for (const handle of this.made) addon.free(handle);
    this.made = [];
  }
}

/** A kernel's tensors; `list` for kernels that take any number of them. */
export class KernelInputs {
  constructor(
    private readonly kernel: string,
    private readonly named: NamedTensorInfoMap,
  ) {}

  get(name: string): TensorInfo {
    const tensor = this.named[name];
    if (tensor === undefined || tensor === null) throw new Error(`${this.kernel}: input ${name} is missing`);
    return tensor;
  }

  /** null where it is missing. */
  find(name: string): TensorInfo | null {
    return this.named[name] ?? null;
  }

  list(): TensorInfo[] {
    return Object.keys(this.named).map((name) => this.get(name));
  }
}

export type Kernel = (inputs: KernelInputs, attrs: NamedAttrMap, scope: KernelScope) => TensorInfo | TensorInfo[];

/** Registers a kernel with tfjs for this backend. */
export function defineKernel(kernelName: string, kernel: Kernel): void {
  const kernelFunc: KernelFunc = ({ inputs, backend, attrs }) => {
    const scope = new KernelScope(backend as LibtorchBackend);
    try {
      return kernel(new KernelInputs(kernelName, inputs as NamedTensorInfoMap), attrs ?? {}, scope);
    } finally {
      scope.close();
    }
  };
  registerKernel({ kernelName, backendName: BACKEND_NAME, kernelFunc });
}
