/** ONNX's file format, as far as the recorder uses it: a graph of nodes over named values, written as a ModelProto. */
import { Message } from "./protobuf";

/** Element types of ONNX (TensorProto.DataType) that occur here. */
export const ELEMENT = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT;

export type Attribute = number | readonly number[] | string | { float: number };

export interface OnnxNode {
  operator: string;
  /** "" = ONNX itself, "com.microsoft" = onnxruntime's own operators. */
  domain: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Plain numbers are integers; floats are marked. */
  attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output: its type and number of axes. Lengths are left open, so that one graph serves every length. */
export interface OnnxPort {
  name: string;
  type: ElementType;
  rank: number;
}

/** A value that is part of the file. */
export interface OnnxConstant {
  name: string;
  type: ElementType;
  shape: readonly number[];
  values: readonly number[];
}

export interface OnnxGraph {
  inputs: readonly OnnxPort[];
  outputs: readonly OnnxPort[];
  constants: readonly OnnxConstant[];
  nodes: readonly OnnxNode[];
}

/** ONNX's intermediate representation and operator set; both are older than the pinned onnxruntime by years. */
const IR_VERSION = 10;
const OPERATOR_SET = 20;
const ATTRIBUTE_TYPE = { float: 1, integer: 2, text: 3, integers: 7 } as const;

function attributeMessage(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, ATTRIBUTE_TYPE.integer);
  if (typeof value === "string") return message.text(4, value).integer(20, ATTRIBUTE_TYPE.text);
  if ("float" in value) return message.float(2, value.float).integer(20, ATTRIBUTE_TYPE.float);
  for (const one of value) message.integer(8, one);
  return message.integer(20, ATTRIBUTE_TYPE.integers);
}

function nodeMessage(node: OnnxNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) message.raw(5, attributeMessage(name, value));
  if (node.domain !== "") message.text(7, node.domain);
  return message;
}

function constantBytes({ type, values }: OnnxConstant): Uint8Array {
  if (type === "float32") return new Uint8Array(Float32Array.from(values).buffer);
  if (type === "int32") return new Uint8Array(Int32Array.from(values).buffer);
  if (type === "bool") return Uint8Array.from(values);
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}

function constantMessage(constant: OnnxConstant): Message {
  const message = new Message();
  for (const size of constant.shape) message.integer(1, size);
  return message.integer(2, ELEMENT[constant.type]).text(8, constant.name).raw(9, constantBytes(constant));
}

function portMessage({ name, type, rank }: OnnxPort): Message {
  const shape = new Message();
  for (let axis = 0; axis < rank; axis += 1) shape.raw(1, new Message());
  const tensor = new Message().integer(1, ELEMENT[type]).raw(2, shape);
  return new Message().text(1, name).raw(2, new Message().raw(1, tensor));
}

function operatorSet(domain: string, version: number): Message {
  return new Message().text(1, domain).integer(2, version);
}

/** The bytes of a .onnx file. Nodes must come in an order in which every value is made before it is used. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const body = new Message();
  for (const node of graph.nodes) body.raw(1, nodeMessage(node));
  body.text(2, "recorded");
  for (const constant of graph.constants) body.raw(5, constantMessage(constant));
  for (const port of graph.inputs) body.raw(11, portMessage(port));
  for (const port of graph.outputs) body.raw(12, portMessage(port));
  return new Message()
    .integer(1, IR_VERSION)
    .text(2, "pairwright")
    .raw(7, body)
    .raw(8, operatorSet("", OPERATOR_SET))
    .raw(8, operatorSet("com.microsoft", 1))
    .finish();
}
