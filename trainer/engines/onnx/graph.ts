/**
 * What the kernels record. A `Value` is the content of a tensor: there already (`host`), or to be computed by a recorded node.
 * Nodes refer to the values they read, so whatever no tensor needs any more is forgotten without having been computed.
 */
import type { DataType } from "@tensorflow/tfjs-core";
import type { Attribute, ElementType } from "./model";
import type { HostArray } from "./runtime";

/** A value that never differs between runs of the same graph: part of the graph. */
export interface Constant {
  type: ElementType;
  shape: readonly number[];
  values: readonly number[];
}

/** null = an optional input left out. */
export type Operand = Value | Constant | null;

export interface RecordedNode {
  /** Nodes are numbered as they are recorded, so that an earlier number never depends on a later one. */
  order: number;
  operator: string;
  domain: string;
  operands: readonly Operand[];
  attributes: Readonly<Record<string, Attribute>>;
  outputs: Value[];
}

/** Rows to be added up at their places in a table; see `scatter.ts`. */
export interface ScatteredRows {
  ids: Value;
  rows: Value;
  /** The table so far, which is written over; null = zeros. */
  sum: Value | null;
}

export class Value {
  host: HostArray | null = null;
  node: RecordedNode | null = null;
  /** Set instead of `node` for the one kind of value that is computed here, from values of the graph. */
  scattered: ScatteredRows | null = null;
  /** Memory that the result is written into, where it replaces a value that nobody needs any more. */
  into: HostArray | null = null;
  /** The last flush before which a node was recorded that reads this value. */
  readBefore = -1;
  private original: Value | null = null;
  /** Whether a tensor holds it. */
  held = false;
  /** Whether its memory waits to be given back, or belongs to another value by now. */
  released = false;

  constructor(
    readonly type: ElementType,
    readonly shape: readonly number[],
  ) {}

  get pending(): boolean {
    return this.host === null;
  }

  /** The value whose memory this one shows in another shape, else itself. */
  get source(): Value {
    return this.original ?? this;
  }

  /** The same memory with other axes. Only for values that are there. */
  seenAs(shape: readonly number[]): Value {
    const view = new Value(this.type, shape);
    view.host = this.host;
    view.original = this;
    return view;
  }
}

export function isValue(operand: Operand): operand is Value {
  return operand instanceof Value;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** tfjs's dtypes as ONNX's element types. Throws for strings and complex numbers. */
export function elementType(dtype: DataType): ElementType {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  throw new Error(`the onnx engine holds float32, int32 and bool tensors, not ${dtype}`);
}

export function floatConstant(...values: number[]): Constant {
  return { type: "float32", shape: values.length === 1 ? [] : [values.length], values };
}

/** A list of whole numbers, as operators take axes and shapes. */
export function integerList(values: readonly number[]): Constant {
  return { type: "int64", shape: [values.length], values };
}

/** A value made of whole numbers that may differ from run to run: a shape, the bounds of a slice. */
export function integerInput(values: readonly number[]): Value {
  const value = new Value("int64", [values.length]);
  value.host = BigInt64Array.from(values, BigInt);
  return value;
}

export interface NodeOptions {
  domain?: string;
  attributes?: Readonly<Record<string, Attribute>>;
}

let recorded = 0;

/** Records one operator; returns its outputs. */
export function recordNode(
  operator: string,
  operands: readonly Operand[],
  outputs: readonly Value[],
  flushes: number,
  { domain = "", attributes = {} }: NodeOptions = {},
): void {
  for (const operand of operands) if (isValue(operand)) operand.source.readBefore = flushes;
  recorded += 1;
  const node: RecordedNode = { order: recorded, operator, domain, operands, attributes, outputs: [...outputs] };
  for (const output of outputs) output.node = node;
}

/** Every recorded node that the values depend on, in an order of computation. */
export function nodesBehind(values: Iterable<Value>): RecordedNode[] {
  const found = new Set<RecordedNode>();
  const waiting: RecordedNode[] = [];
  const visit = (value: Value) => {
    if (value.host !== null) return;
    if (value.scattered) {
      visit(value.scattered.ids);
      visit(value.scattered.rows);
    }
    if (value.node === null || found.has(value.node)) return;
    found.add(value.node);
    waiting.push(value.node);
  };
  for (const value of values) visit(value);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop())
    for (const operand of node.operands) if (isValue(operand)) visit(operand);
  return [...found].sort((a, b) => a.order - b.order);
}
