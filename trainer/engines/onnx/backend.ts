/**
 * The tfjs backend "onnx". Kernels compute nothing: they record nodes (`graph.ts`). When values are read, whatever outlives the
 * open tidies is computed together in one run of onnxruntime (`flush`), and everything that no tensor needs any more is forgotten.
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
  util,
} from "@tensorflow/tfjs-core";
import { BufferPool } from "./buffers";
import { compile } from "./compile";
import {
  elementType,
  integerInput,
  integerList,
  isValue,
  type NodeOptions,
  nodesBehind,
  type Operand,
  recordNode,
  type ScatteredRows,
  sizeOf,
  Value,
} from "./graph";
import { ELEMENT } from "./model";
import type { HostArray, Runtime, RuntimeTensor } from "./runtime";
import { addRows, scatterRows } from "./scatter";
import type { SessionCache } from "./session-cache";

/** What a dataId stands for. */
interface Slot {
  value: Value;
  references: number;
}

export class OnnxBackend extends KernelBackend {
  readonly pool = new BufferPool();
  private readonly slots: DataStorage<Slot>;
  /** Slots whose values are not computed yet. */
  private readonly pending = new Set<Slot>();
  private readonly slotIds = new Map<Slot, DataId>();
  /** Values without a tensor whose memory a recorded node may still read. */
  private retired: Value[] = [];
  private flushes = 0;

  constructor(
    readonly runtime: Runtime,
    readonly sessions: SessionCache,
  ) {
    super();
    this.slots = new DataStorage<Slot>(this, engine());
  }

  /** The value behind a tensor; a tensor of another tfjs backend is moved here first. */
  value({ dataId }: { dataId: DataId }): Value {
    return this.slots.get(dataId).value;
  }

  /** The value behind a tensor as a node reads it: in the graph, and in the tensor's shape. */
  operand({ dataId, shape }: TensorInfo): Value {
    const value = this.value({ dataId });
    if (value.scattered) this.scatterInGraph(value);
    if (value.host === null || util.arraysEqual(value.shape as number[], shape)) return value;
    return value.seenAs(shape);
  }

  /** Records an operator with one result. */
  record(operator: string, operands: readonly Operand[], result: Value, options?: NodeOptions): Value {
    recordNode(operator, operands, [result], this.flushes, options);
    return result;
  }

  /** Records an operator with several results. */
  recordMany(operator: string, operands: readonly Operand[], results: readonly Value[], options?: NodeOptions): void {
    recordNode(operator, operands, results, this.flushes, options);
  }

  /** Makes a value a tensor's. */
  output(value: Value, shape: number[], dtype: DataType): TensorInfo {
    const dataId: DataId = {};
    this.put(dataId, value, 1);
    return { dataId, shape, dtype };
  }

  /** Whether nothing but this one tensor, and no recorded node, needs the value: its memory may be written over. */
  ownsMemory({ dataId }: { dataId: DataId }): boolean {
    const { value, references } = this.slots.get(dataId);
    return references === 1 && value.host !== null && value.readBefore !== this.flushes;
  }

  /** sum + term in the memory of `sum`, which the caller owns (`ownsMemory`) and gives up. */
  addInPlace(sum: TensorInfo, term: TensorInfo): TensorInfo {
    const added = this.value(term);
    const target = this.takeOver(sum);
    const result = new Value("float32", sum.shape);
    result.into = target.host;
    const { node, scattered } = added;
    if (scattered && scattered.sum === null) result.scattered = { ...scattered, sum: target };
    else if (node?.operator === "Gemm" && node.operands.length === 2) {
      // A matrix product adds to what is there by itself.
      this.record("Gemm", [...node.operands, target], result, { attributes: node.attributes });
    } else this.record("Add", [target, this.operand(term)], result);
    return this.output(result, [...sum.shape], "float32");
  }

  /** `buffer`, which the caller owns and gives up, with row at[i] of its first axis replaced by rows[i]. */
  writeRowsInPlace(buffer: TensorInfo, at: TensorInfo, rows: TensorInfo): TensorInfo {
    const places = this.placesOf(this.operand(at));
    const written = this.operand(rows);
    const target = this.takeOver(buffer);
    const result = new Value("float32", buffer.shape);
    result.into = target.host;
    this.record("ScatterND", [target, places, written], result);
    return this.output(result, [...buffer.shape], "float32");
  }

  /** Computes now what the tensor holds, and returns the memory where it lies. */
  materialise(tensor: { dataId: DataId }): HostArray {
    const slot = this.slots.get(tensor.dataId);
    if (slot.value.host === null) this.flush(slot.value);
    return slot.value.host as unknown as HostArray;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId: DataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    const value = new Value(elementType(dtype), shape);
    // Always a copy: updates write where the values lie, and the caller's array is not ours to change.
    const memory = this.pool.take(value.type, values.length);
    if (dtype === "bool") for (let at = 0; at < values.length; at += 1) memory[at] = values[at] ? 1 : 0;
    else (memory as Float32Array).set(values as ArrayLike<number>);
    value.host = memory;
    this.put(dataId, value, references);
  }

  override readSync(dataId: DataId): BackendValues {
    return this.materialise({ dataId }).slice() as BackendValues;
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
    this.pending.delete(slot);
    this.slotIds.delete(slot);
    this.slots.delete(dataId);
    slot.value.held = false;
    this.retire(slot.value);
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
    this.sessions.clear();
  }

  private put(dataId: DataId, value: Value, references: number): void {
    const slot: Slot = { value, references };
    value.held = true;
    this.slots.set(dataId, slot);
    if (value.host !== null) return;
    this.pending.add(slot);
    this.slotIds.set(slot, dataId);
  }

  /** Computes `target` together with every pending value that a tensor outside the open tidies holds. */
  private flush(target: Value): void {
    const wanted = new Set([target, ...this.lasting()]);
    this.reclaim();
    this.pool.age();
    this.flushes += 1;
    // Rows that are scattered here are computed there; the table itself is not.
    const computed = [...wanted].flatMap((value) =>
      value.scattered ? [value.scattered.ids, value.scattered.rows] : [value],
    );
    this.run([...new Set(computed)].filter((value) => value.pending));
    for (const value of wanted) if (value.scattered) this.scatter(value);
    for (const slot of this.pending) if (!slot.value.pending) this.forget(slot);
  }

  private forget(slot: Slot): void {
    this.pending.delete(slot);
    this.slotIds.delete(slot);
  }

  /** Pending values with a reference that no open tidy will take back. */
  private lasting(): Value[] {
    const passing = new Map<DataId, number>();
    for (const scope of engine().state.scopeStack)
      for (const tensor of scope.track)
        if (!tensor.kept && !tensor.isDisposed) passing.set(tensor.dataId, (passing.get(tensor.dataId) ?? 0) + 1);
    return [...this.pending]
      .filter((slot) => slot.references > (passing.get(this.slotIds.get(slot) as DataId) ?? 0))
      .map(({ value }) => value);
  }

  private run(wanted: Value[]): void {
    if (wanted.length === 0) return;
    const compiled = compile(nodesBehind(wanted), wanted);
    const { Tensor } = this.runtime;
    const feeds: Record<string, RuntimeTensor> = {};
    for (const [name, { value, shape }] of compiled.feeds)
      feeds[name] = new Tensor(value.type, value.host as HostArray, shape);
    const fetches: Record<string, RuntimeTensor> = {};
    const results = new Map<Value, HostArray>();
    for (const [name, value] of compiled.fetches) {
      const memory = value.into ?? this.pool.take(value.type, sizeOf(value.shape));
      results.set(value, memory);
      fetches[name] = new Tensor(value.type, memory, value.shape);
    }
    this.sessions.run(compiled, feeds, fetches);
    for (const [value, memory] of results) this.settle(value, memory);
  }

  private settle(value: Value, memory: HostArray): void {
    value.host = memory;
    value.node = null;
    value.scattered = null;
    value.into = null;
  }

  private scatter(value: Value): void {
    const { ids, rows, sum } = value.scattered as ScatteredRows;
    const [places, from] = [ids.host as Int32Array, rows.host as Float32Array];
    const memory = (sum?.host ?? this.pool.take("float32", sizeOf(value.shape))) as Float32Array;
    if (sum) addRows(memory, places, from);
    else scatterRows(memory, places, from);
    this.settle(value, memory);
    for (const part of [ids, rows]) if (!part.held) this.retire(part);
  }

  /** The same as nodes, for values that a node reads. */
  private scatterInGraph(value: Value): void {
    const { ids, rows, sum } = value.scattered as ScatteredRows;
    const places = this.placesOf(ids);
    const table = sum ?? this.record("ConstantOfShape", [integerInput(value.shape)], new Value("float32", value.shape));
    value.scattered = null;
    this.record("ScatterND", [table, places, rows], value, { attributes: { reduction: "add" } });
  }

  /** [n] whole numbers as ScatterND takes them: [n, 1] of 64 bits. */
  private placesOf(ids: Value): Value {
    const count = ids.shape[0] as number;
    const wide = this.record("Cast", [ids], new Value("int64", [count]), { attributes: { to: ELEMENT.int64 } });
    return this.record("Unsqueeze", [wide, integerList([1])], new Value("int64", [count, 1]));
  }

  /** The value behind a tensor, whose memory will be another value's from now on. */
  private takeOver(tensor: TensorInfo): Value {
    const value = this.operand(tensor);
    this.value(tensor).released = true;
    return value;
  }

  private retire(value: Value): void {
    if (value.host === null || value.released) return;
    value.released = true;
    this.retired.push(value);
  }

  /** Takes back the memory of values that neither a tensor nor a recorded node holds. */
  private reclaim(): void {
    const read = new Set<Value>();
    for (const node of nodesBehind([...this.pending].map(({ value }) => value)))
      for (const operand of node.operands) if (isValue(operand)) read.add(operand.source);
    for (const { value } of this.pending) {
      if (value.scattered) read.add(value.scattered.ids).add(value.scattered.rows);
    }
    const kept: Value[] = [];
    for (const value of this.retired) {
      if (read.has(value)) kept.push(value);
      else if (value.host !== null) {
        this.pool.give(value.host);
        value.host = null;
      }
    }
    this.retired = kept;
  }
}
