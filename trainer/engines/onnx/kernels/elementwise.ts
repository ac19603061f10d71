/** Kernels that work value by value: arithmetic, comparisons, functions, casts, selection. */
import * as tf from "@tensorflow/tfjs-core";
import { floatConstant, type Operand, type Value } from "../graph";
import type { Attribute, ElementType } from "../model";
import { defineKernel, type Recorder } from "./define";

/** Results keep the inputs' dtype. */
const ARITHMETIC: Record<string, string> = {
  [tf.Add]: "Add",
  [tf.Sub]: "Sub",
  [tf.Multiply]: "Mul",
  [tf.Maximum]: "Max",
  [tf.Minimum]: "Min",
  [tf.Pow]: "Pow",
  [tf.RealDiv]: "Div",
};

const COMPARISONS: Record<string, string> = {
  [tf.Equal]: "Equal",
  [tf.Greater]: "Greater",
  [tf.GreaterEqual]: "GreaterOrEqual",
  [tf.Less]: "Less",
  [tf.LessEqual]: "LessOrEqual",
  [tf.LogicalAnd]: "And",
  [tf.LogicalOr]: "Or",
};

/** Functions whose value for an int32 is an int32. */
const FUNCTIONS_KEEPING_DTYPE: Record<string, string> = {
  [tf.Abs]: "Abs",
  [tf.Neg]: "Neg",
  [tf.Sign]: "Sign",
  [tf.Relu]: "Relu",
};

const ROUNDINGS: Record<string, string> = { [tf.Ceil]: "Ceil", [tf.Floor]: "Floor", [tf.Round]: "Round" };

const FLOAT_FUNCTIONS: Record<string, string> = {
  [tf.Acos]: "Acos",
  [tf.Acosh]: "Acosh",
  [tf.Asin]: "Asin",
  [tf.Asinh]: "Asinh",
  [tf.Atan]: "Atan",
  [tf.Atanh]: "Atanh",
  [tf.Cos]: "Cos",
  [tf.Cosh]: "Cosh",
  [tf.Elu]: "Elu",
  [tf.Erf]: "Erf",
  [tf.Exp]: "Exp",
  [tf.Log]: "Log",
  [tf.Reciprocal]: "Reciprocal",
  [tf.Selu]: "Selu",
  [tf.Sigmoid]: "Sigmoid",
  [tf.Sin]: "Sin",
  [tf.Sinh]: "Sinh",
  [tf.Softplus]: "Softplus",
  [tf.Sqrt]: "Sqrt",
  [tf.Tan]: "Tan",
  [tf.Tanh]: "Tanh",
};

const broadcast = (a: tf.TensorInfo, b: tf.TensorInfo) => tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

/** A constant of the value's own type. */
function like(value: Value, constant: number): Operand {
  return { type: value.type, shape: [], values: [constant] };
}

type TwoInputs = (record: Recorder, a: Value, b: Value, shape: number[]) => Value;

/** The quotient rounded down, computed in floats: whole numbers' own division rounds towards zero. */
const floorDivide: TwoInputs = (record, a, b, shape) => {
  const quotient = record.node("Div", [record.cast(a, "float32"), record.cast(b, "float32")], shape);
  return record.cast(record.node("Floor", [quotient], shape), a.type);
};

/** a - floor(a / b) b: the remainder has b's sign. */
const modulo: TwoInputs = (record, a, b, shape) => {
  if (a.type === "int32") return record.node("Mod", [a, b], shape);
  return record.node("Sub", [a, record.node("Mul", [floorDivide(record, a, b, shape), b], shape)], shape);
};

function arcTangent(record: Recorder, y: Value, x: Value, shape: number[]): Value {
  const within = record.node("Atan", [record.node("Div", [y, x], shape)], shape);
  const left = record.node("Less", [x, floatConstant(0)], shape, { type: "bool" });
  const below = record.node("Less", [y, floatConstant(0)], shape, { type: "bool" });
  const turn = record.node("Where", [below, floatConstant(-Math.PI), floatConstant(Math.PI)], shape, {
    type: "float32",
  });
  return record.node("Where", [left, record.node("Add", [within, turn], shape), within], shape, { type: "float32" });
}

function defineTwoInputs(): void {
  const define = (name: string, run: TwoInputs, dtypeOf?: tf.DataType) =>
    defineKernel(name, (inputs, _attrs, record) => {
      const [a, b] = [inputs.get("a"), inputs.get("b")];
      return record.output(
        run(record, record.read(a), record.read(b), broadcast(a, b)),
        dtypeOf ?? tf.upcastType(a.dtype, b.dtype),
      );
    });
  for (const [name, operator] of Object.entries(ARITHMETIC))
    define(name, (record, a, b, shape) => record.node(operator, [a, b], shape));
  for (const [name, operator] of Object.entries(COMPARISONS))
    define(name, (record, a, b, shape) => record.node(operator, [a, b], shape, { type: "bool" }), "bool");
  define(
    tf.NotEqual,
    (record, a, b, shape) => record.node("Not", [record.node("Equal", [a, b], shape, { type: "bool" })], shape),
    "bool",
  );
  define(tf.FloorDiv, floorDivide);
  define(tf.Mod, modulo);
  define(tf.Atan2, arcTangent);
  define(tf.SquaredDifference, (record, a, b, shape) => {
    const difference = record.node("Sub", [a, b], shape);
    return record.node("Mul", [difference, difference], shape);
  });
}

type OneInput = (record: Recorder, x: Value) => Value;

const PREDICATES: Record<string, OneInput> = {
  [tf.IsNan]: (record, x) => record.node("IsNaN", [x], x.shape, { type: "bool" }),
  [tf.IsInf]: (record, x) => record.node("IsInf", [x], x.shape, { type: "bool" }),
  [tf.IsFinite]: (record, x) => {
    const infinite = record.node("IsInf", [x], x.shape, { type: "bool" });
    const none = record.node("IsNaN", [x], x.shape, { type: "bool" });
    return record.node("Not", [record.node("Or", [infinite, none], x.shape)], x.shape);
  },
  [tf.LogicalNot]: (record, x) => record.node("Not", [record.cast(x, "bool")], x.shape),
};

const COMPOSED: Record<string, OneInput> = {
  [tf.Square]: (record, x) => record.node("Mul", [x, x], x.shape),
  [tf.Relu6]: (record, x) => record.node("Clip", [x, like(x, 0), like(x, 6)], x.shape),
  [tf.ZerosLike]: (record, x) =>
    record.node("Expand", [like(x, 0), record.node("Shape", [x], [x.shape.length], { type: "int64" })], x.shape),
  [tf.OnesLike]: (record, x) =>
    record.node("Expand", [like(x, 1), record.node("Shape", [x], [x.shape.length], { type: "int64" })], x.shape),
};

const COMPOSED_FLOAT: Record<string, OneInput> = {
  [tf.Expm1]: (record, x) => record.node("Sub", [record.node("Exp", [x], x.shape), floatConstant(1)], x.shape),
  [tf.Log1p]: (record, x) => record.node("Log", [record.node("Add", [x, floatConstant(1)], x.shape)], x.shape),
  [tf.Rsqrt]: (record, x) => record.node("Reciprocal", [record.node("Sqrt", [x], x.shape)], x.shape),
};

function defineOneInput(): void {
  const define = (name: string, run: OneInput, dtypeOf: (x: tf.TensorInfo) => tf.DataType) =>
    defineKernel(name, (inputs, _attrs, record) => {
      const x = inputs.get("x");
      return record.output(run(record, record.read(x)), dtypeOf(x));
    });
  for (const [name, operator] of Object.entries(FUNCTIONS_KEEPING_DTYPE))
    define(
      name,
      (record, x) => record.node(operator, [x], x.shape),
      (x) => x.dtype,
    );
  for (const [name, operator] of Object.entries(ROUNDINGS))
    define(
      name,
      (record, x) => record.node(x.type === "float32" ? operator : "Identity", [x], x.shape),
      (x) => x.dtype,
    );
  for (const [name, operator] of Object.entries(FLOAT_FUNCTIONS))
    define(
      name,
      (record, x) => record.node(operator, [record.cast(x, "float32")], x.shape),
      () => "float32",
    );
  for (const [name, run] of Object.entries(COMPOSED)) define(name, run, (x) => x.dtype);
  for (const [name, run] of Object.entries(COMPOSED_FLOAT))
    define(
      name,
      (record, x) => run(record, record.cast(x, "float32")),
      () => "float32",
    );
  for (const [name, run] of Object.entries(PREDICATES)) define(name, run, () => "bool");
}

function defineWithAttributes(): void {
  defineKernel(tf.ClipByValue, (inputs, attrs, record) => {
    const { clipValueMin, clipValueMax } = attrs as unknown as tf.ClipByValueAttrs;
    const x = inputs.get("x");
    const value = record.read(x);
    return record.output(
      record.node("Clip", [value, like(value, clipValueMin), like(value, clipValueMax)], x.shape),
      x.dtype,
    );
  });
  defineKernel(tf.LeakyRelu, (inputs, attrs, record) => {
    const alpha: Attribute = { float: (attrs as unknown as tf.LeakyReluAttrs).alpha };
    const x = record.cast(record.read(inputs.get("x")), "float32");
    return record.output(record.node("LeakyRelu", [x], x.shape, { attributes: { alpha } }), "float32");
  });
  defineKernel(tf.Step, (inputs, attrs, record) => {
    // 1 above 0, alpha below or at it; NaN stays NaN.
    const { alpha } = attrs as unknown as tf.StepAttrs;
    const x = inputs.get("x");
    const value = record.read(x);
    const positive = record.node("Greater", [value, like(value, 0)], x.shape, { type: "bool" });
    const step = record.node("Where", [positive, like(value, 1), like(value, alpha)], x.shape, { type: value.type });
    if (value.type !== "float32") return record.output(step, x.dtype);
    const none = record.node("IsNaN", [value], x.shape, { type: "bool" });
    return record.output(record.node("Where", [none, value, step], x.shape, { type: "float32" }), x.dtype);
  });
  defineKernel(tf.Cast, (inputs, attrs, record) => {
    const { dtype } = attrs as unknown as tf.CastAttrs;
    const x = inputs.get("x");
    if (x.dtype === dtype) return record.same(x);
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool")
      throw new Error(`Cast: the onnx engine holds no ${dtype}`);
    // ONNX cuts floats off towards zero and takes everything but 0 for true, as tfjs does.
    return record.output(record.cast(record.read(x), dtype), dtype);
  });
  defineKernel(tf.Select, (inputs, _attrs, record) => {
    const [condition, yes, no] = [inputs.get("condition"), inputs.get("t"), inputs.get("e")];
    const dtype = tf.upcastType(yes.dtype, no.dtype);
    const perRow = condition.shape.length === 1 && yes.shape.length > 1;
    const shape = perRow ? [condition.shape[0] as number, ...yes.shape.slice(1).map(() => 1)] : condition.shape;
    const chosen = perRow
      ? record.node("Unsqueeze", [record.read(condition), axisList(1, yes.shape.length)], shape)
      : record.read(condition);
    const type: ElementType = dtype === "float32" ? "float32" : "int32";
    const [t, e] = [record.cast(record.read(yes), type), record.cast(record.read(no), type)];
    return record.output(record.node("Where", [record.cast(chosen, "bool"), t, e], yes.shape, { type }), dtype);
  });
  defineKernel(tf.AddN, (inputs, _attrs, record) => {
    const [first, ...rest] = inputs.list();
    if (first === undefined) throw new Error("AddN: no inputs");
    if (rest.length === 0) return record.same(first);
    const sum = rest.reduce(
      (total, next) => record.node("Add", [total, record.read(next)], first.shape),
      record.read(first),
    );
    return record.output(sum, first.dtype);
  });
}

function axisList(from: number, to: number): Operand {
  const axes = Array.from({ length: to - from }, (_, index) => from + index);
  return { type: "int64", shape: [axes.length], values: axes };
}

export function defineElementwiseKernels(): void {
  defineTwoInputs();
  defineOneInput();
  defineWithAttributes();
}
