/** From recorded nodes to a graph: names in order of use, so that the same computation always gives the same graph. */
import { createHash } from "node:crypto";
import { type Constant, isValue, type RecordedNode, type Value } from "./graph";
import type { OnnxConstant, OnnxGraph, OnnxNode, OnnxPort } from "./model";

export interface CompiledGraph {
  /** Equal for two computations exactly when one session serves both. Lengths of axes are no part of it. */
  key: string;
  /** What to feed, by name. */
  feeds: Map<string, { value: Value; shape: readonly number[] }>;
  /** Where to find the results, by name. */
  fetches: Map<string, Value>;
  /** Made only when a session has to be. */
  graph: () => OnnxGraph;
}

class Namer {
  readonly inputs: OnnxPort[] = [];
  readonly constants: OnnxConstant[] = [];
  readonly feeds: CompiledGraph["feeds"] = new Map();
  private readonly made = new Map<Value, string>();
  private readonly constantNames = new Map<string, string>();

  output(value: Value, name: string): string {
    this.made.set(value, name);
    return name;
  }

  nameOf(operand: RecordedNode["operands"][number]): string {
    if (operand === null) return "";
    return isValue(operand) ? this.value(operand) : this.constant(operand);
  }

  private value(value: Value): string {
    const known = this.made.get(value);
    if (known !== undefined) return known;
    if (value.host === null) throw new Error("a recorded node reads a value that nothing computes");
    const name = `i${this.inputs.length}`;
    this.made.set(value, name);
    this.inputs.push({ name, type: value.type, rank: value.shape.length });
    this.feeds.set(name, { value, shape: value.shape });
    return name;
  }

  private constant({ type, shape, values }: Constant): string {
    const content = `${type}[${shape}]${values}`;
    const known = this.constantNames.get(content);
    if (known !== undefined) return known;
    const name = `c${this.constants.length}`;
    this.constantNames.set(content, name);
    this.constants.push({ name, type, shape, values });
    return name;
  }
}

function attributeText(attributes: RecordedNode["attributes"]): string {
  const names = Object.keys(attributes);
  return names.length === 0 ? "" : JSON.stringify(attributes);
}

/** `nodes` in an order of computation, holding everything that `wanted` depends on. */
export function compile(nodes: readonly RecordedNode[], wanted: readonly Value[]): CompiledGraph {
  const namer = new Namer();
  const written: OnnxNode[] = [];
  const lines: string[] = [];
  for (const [index, node] of nodes.entries()) {
    const inputs = node.operands.map((operand) => namer.nameOf(operand));
    const outputs = node.outputs.map((output, at) => namer.output(output, `n${index}_${at}`));
    const { operator, domain, attributes } = node;
    written.push({ operator, domain, attributes, inputs, outputs });
    lines.push(`${domain}.${operator}${attributeText(attributes)}(${inputs})${outputs.length}`);
  }
  const fetches = new Map(wanted.map((value) => [namer.nameOf(value), value]));
  const outputs = [...fetches].map(([name, { type, shape }]) => ({ name, type, rank: shape.length }));
  const ports = [...namer.inputs, ...outputs].map(({ name, type, rank }) => `${name}:${type}${rank}`);
  const constants = namer.constants.map(({ name, type, shape, values }) => `${name}=${type}[${shape}]${values}`);
  const key = createHash("sha256")
    .update([...lines, "", ...ports, "", ...constants].join("\n"))
    .digest("base64");
  return {
    key,
    feeds: namer.feeds,
    fetches,
    graph: () => ({ inputs: namer.inputs, outputs, constants: namer.constants, nodes: written }),
  };
}
