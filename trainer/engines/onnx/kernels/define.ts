/** What a kernel works with: tensors in, recorded nodes, tensors out. */
import {
  type DataType,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { OnnxBackend } from "../backend";
import { elementType, type NodeOptions, type Operand, Value } from "../graph";
import { ELEMENT, type ElementType } from "../model";

export const BACKEND_NAME = "onnx";
export const MICROSOFT = "com.microsoft";

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

  list(): TensorInfo[] {
    return Object.keys(this.named).map((name) => this.get(name));
  }
}

/** Records what one kernel computes. */
export class Recorder {
  constructor(readonly backend: OnnxBackend) {}

  read(tensor: TensorInfo): Value {
    return this.backend.operand(tensor);
  }

  /** A node with one result. The element type is that of the first operand unless named. */
  node(
    operator: string,
    operands: readonly Operand[],
    shape: readonly number[],
    options: NodeOptions & { type?: ElementType } = {},
  ): Value {
    const first = operands.find((operand) => operand !== null);
    return this.backend.record(operator, operands, new Value(options.type ?? first?.type ?? "float32", shape), options);
  }

  /** A node with several results of the first operand's type. */
  nodes(
    operator: string,
    operands: readonly Operand[],
    shapes: readonly (readonly number[])[],
    options?: NodeOptions,
  ): Value[] {
    const results = shapes.map((shape) => new Value(operands[0]?.type ?? "float32", shape));
    this.backend.recordMany(operator, operands, results, options);
    return results;
  }

  /** Values and their places: the two results of top-k. */
  pair(
    operator: string,
    operands: readonly Operand[],
    shape: readonly number[],
    options?: NodeOptions,
  ): [Value, Value] {
    const results: [Value, Value] = [new Value(operands[0]?.type ?? "float32", shape), new Value("int64", shape)];
    this.backend.recordMany(operator, operands, results, options);
    return results;
  }

  cast(value: Value, type: ElementType): Value {
    return value.type === type
      ? value
      : this.node("Cast", [value], value.shape, { type, attributes: { to: ELEMENT[type] } });
  }

  /** Gives a result out as a tensor of tfjs's dtype, cast where the operator gave something else (int64 places). */
  output(value: Value, dtype: DataType): TensorInfo {
    const result = this.cast(value, elementType(dtype));
    // Values that come without a node of this kernel's belong to another tensor.
    if (result.held) throw new Error("a kernel may only give out values that it made");
    return this.backend.output(result, [...value.shape], dtype);
  }

  /** The input itself as output, in a shape of the same size. */
  same(tensor: TensorInfo, shape = tensor.shape): TensorInfo {
    this.backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape, dtype: tensor.dtype };
  }
}

export type Kernel = (inputs: KernelInputs, attrs: NamedAttrMap, record: Recorder) => TensorInfo | TensorInfo[];

/** Registers a kernel with tfjs for this backend. */
export function defineKernel(kernelName: string, kernel: Kernel): void {
  registerKernel({
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, backend, attrs }) =>
      kernel(
        new KernelInputs(kernelName, inputs as NamedTensorInfoMap),
        attrs ?? {},
        new Recorder(backend as OnnxBackend),
      ),
  });
}
