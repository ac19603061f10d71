/**
 * The tfjs backend "libtorch": tensors live in libtorch, kernels (`kernels/`) call ATen operators.
 *
 * A dataId owns one handle. tfjs counts references per dataId (`incRef`, `disposeData`); the handle is freed with the last one.
 * Views (reshape, slice, transpose) are own handles over one torch storage, so memory is freed when the last view goes.
 */
import {
  type BackendTimingInfo,
  type BackendValues,
  type DataId,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { Precision } from "../engine";
import type { Handle, Torch } from "./addon";
import { TORCH_DTYPE, type TorchDtype, torchDtypeOf } from "./dtypes";

/** What a dataId stands for. */
interface Slot {
  handle: Handle;
  /** The dtype torch computes in; explicit, since tfjs's own dtype says "float32" for every float. */
  dtype: TorchDtype;
  /** The same values in bfloat16, made when a kernel first computes with them and dropped when they change. */
  brainCopy: Handle | null;
  references: number;
}

/** tfjs's values in the typed array that the addon copies from. */
function typedValues(values: BackendValues, dtype: DataType): Float32Array | Int32Array | Uint8Array {
  const numbers = values as ArrayLike<number>;
  if (dtype === "float32") return values instanceof Float32Array ? values : Float32Array.from(numbers);
  if (dtype === "int32") return values instanceof Int32Array ? values : Int32Array.from(numbers);
  if (dtype === "bool") return Uint8Array.from(numbers, (value) => (value ? 1 : 0));
  throw new Error(`the libtorch engine holds float32, int32 and bool tensors, not ${dtype}`);
}

export class LibtorchBackend extends KernelBackend {
  private readonly slots: DataStorage<Slot>;
  /** What the layers' matrix products are computed in. */
  precision: Precision = "float32";

  constructor(readonly torch: Torch) {
    super();
    this.slots = new DataStorage<Slot>(this, engine());
  }

  /** Takes ownership of a handle. */
  register(handle: Handle, shape: number[], dtype: DataType, own: TorchDtype = torchDtypeOf(dtype)): TensorInfo {
    const dataId: DataId = {};
    this.slots.set(dataId, { handle, dtype: own, references: 1, brainCopy: null });
    return { dataId, shape, dtype };
  }

  /** The handle behind a tensor; a tensor of another tfjs backend is moved here first. Throws for one that only fused kernels may read. */
  handle(tensor: { dataId: DataId }): Handle {
    const { handle, dtype } = this.slots.get(tensor.dataId);
    if (dtype === TORCH_DTYPE.bfloat16)
      throw new Error("the tensor holds bfloat16 values, which this kernel does not take");
    return handle;
  }

  /** The handle in whatever dtype it has. */
  anyHandle(tensor: { dataId: DataId }): Handle {
    return this.slots.get(tensor.dataId).handle;
  }

  /** The values of a float32 tensor in the precision of the computation. The handle stays the backend's. */
  computeHandle(tensor: { dataId: DataId }): Handle {
    if (this.precision === "float32") return this.handle(tensor);
    const slot = this.slots.get(tensor.dataId);
    if (slot.dtype === TORCH_DTYPE.bfloat16) return slot.handle;
    slot.brainCopy ??= this.torch.call("to.dtype", slot.handle, TORCH_DTYPE.bfloat16) as Handle;
    return slot.brainCopy;
  }

  /** To be called after the values behind a tensor were changed in place. */
  changed(tensor: { dataId: DataId }): void {
    const slot = this.slots.get(tensor.dataId);
    if (slot.brainCopy !== null) this.torch.addon.free(slot.brainCopy);
    slot.brainCopy = null;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const handle = this.torch.from(typedValues(values, dtype), shape);
    return this.register(handle, shape, dtype).dataId;
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    const handle = this.torch.from(typedValues(values, dtype), shape);
    this.slots.set(dataId, { handle, dtype: torchDtypeOf(dtype), references, brainCopy: null });
  }

  override readSync(dataId: DataId): BackendValues {
    return this.torch.addon.read(this.slots.get(dataId).handle);
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    return this.readSync(dataId);
  }

  override refCount(dataId: DataId): number {
    return this.slots.has(dataId) ? this.slots.get(dataId).references : 0;
  }

  override incRef(dataId: DataId): void {
    this.slots.get(dataId).references++;
  }

  /** Returns whether the memory was freed: false while other tensors still refer to it. */
  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.slots.has(dataId)) return true;
    const slot = this.slots.get(dataId);
    slot.references--;
    if (!force && slot.references > 0) return false;
    this.changed({ dataId });
    this.torch.addon.free(slot.handle);
    this.slots.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.slots.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(run: () => void): Promise<BackendTimingInfo> {
    const start = performance.now();
    run();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    // tfjs disposes every tensor of a backend that it removes; nothing else is held here.
  }
}
