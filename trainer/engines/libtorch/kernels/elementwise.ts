/** Kernels that work value by value: arithmetic, comparisons, functions, casts, selection. */
import * as tf from "@tensorflow/tfjs-core";
import { torchDtypeOf } from "../dtypes";
import { defineKernel } from "./scope";

/** Results keep the inputs' dtype. */
const ARITHMETIC: Record<string, string> = {
  [tf.Add]: "add.Tensor",
  [tf.Sub]: "sub.Tensor",
  [tf.Multiply]: "mul.Tensor",
  [tf.Maximum]: "maximum",
  [tf.Minimum]: "minimum",
  [tf.Mod]: "remainder.Tensor",
  [tf.FloorDiv]: "floor_divide",
  [tf.Pow]: "pow.Tensor_Tensor",
  [tf.RealDiv]: "div.Tensor",
  [tf.Atan2]: "atan2",
};

const COMPARISONS: Record<string, string> = {
  [tf.Equal]: "eq.Tensor",
  [tf.NotEqual]: "ne.Tensor",
  [tf.Greater]: "gt.Tensor",
  [tf.GreaterEqual]: "ge.Tensor",
  [tf.Less]: "lt.Tensor",
  [tf.LessEqual]: "le.Tensor",
  [tf.LogicalAnd]: "logical_and",
  [tf.LogicalOr]: "logical_or",
};

/** Functions whose value for an int32 is an int32. */
const FUNCTIONS_KEEPING_DTYPE: Record<string, string> = {
  [tf.Abs]: "abs",
  [tf.Neg]: "neg",
  [tf.Square]: "square",
  [tf.Sign]: "sign",
  [tf.Ceil]: "ceil",
  [tf.Floor]: "floor",
  [tf.Round]: "round",
  [tf.Relu]: "relu",
  [tf.Relu6]: "relu6",
  [tf.ZerosLike]: "zeros_like",
  [tf.OnesLike]: "ones_like",
};

const FLOAT_FUNCTIONS: Record<string, string> = {
  [tf.Acos]: "acos",
  [tf.Acosh]: "acosh",
  [tf.Asin]: "asin",
  [tf.Asinh]: "asinh",
  [tf.Atan]: "atan",
  [tf.Atanh]: "atanh",
  [tf.Cos]: "cos",
  [tf.Cosh]: "cosh",
  [tf.Elu]: "elu",
  [tf.Erf]: "erf",
  [tf.Exp]: "exp",
  [tf.Expm1]: "expm1",
  [tf.Log]: "log",
  [tf.Log1p]: "log1p",
  [tf.Reciprocal]: "reciprocal",
  [tf.Rsqrt]: "rsqrt",
  [tf.Selu]: "selu",
  [tf.Sigmoid]: "sigmoid",
  [tf.Sin]: "sin",
  [tf.Sinh]: "sinh",
  [tf.Softplus]: "softplus",
  [tf.Sqrt]: "sqrt",
  [tf.Tan]: "tan",
  [tf.Tanh]: "tanh",
};

const PREDICATES: Record<string, string> = {
  [tf.IsFinite]: "isfinite",
  [tf.IsInf]: "isinf",
  [tf.IsNan]: "isnan",
  [tf.LogicalNot]: "logical_not",
};

function defineTwoInputs(): void {
  const define = (table: Record<string, string>, dtypeOf: (a: tf.TensorInfo, b: tf.TensorInfo) => tf.DataType) => {
    for (const [name, operator] of Object.entries(table))
      defineKernel(name, (inputs, _attrs, scope) => {
        const [a, b] = [inputs.get("a"), inputs.get("b")];
        return scope.output(scope.run(operator, scope.handle(a), scope.handle(b)), dtypeOf(a, b));
      });
  };
  define(ARITHMETIC, (a, b) => tf.upcastType(a.dtype, b.dtype));
  define(COMPARISONS, () => "bool");
  defineKernel(tf.SquaredDifference, (inputs, _attrs, scope) => {
    const [a, b] = [inputs.get("a"), inputs.get("b")];
    const difference = scope.run("sub.Tensor", scope.handle(a), scope.handle(b));
    return scope.output(scope.run("square", difference), tf.upcastType(a.dtype, b.dtype));
  });
}

function defineOneInput(): void {
  const define = (table: Record<string, string>, dtypeOf: (x: tf.TensorInfo) => tf.DataType) => {
    for (const [name, operator] of Object.entries(table))
      defineKernel(name, (inputs, _attrs, scope) => {
        const x = inputs.get("x");
        return scope.output(scope.run(operator, scope.handle(x)), dtypeOf(x));
      });
  };
  define(FUNCTIONS_KEEPING_DTYPE, (x) => x.dtype);
  define(FLOAT_FUNCTIONS, () => "float32");
  define(PREDICATES, () => "bool");
}

function defineWithAttributes(): void {
  defineKernel(tf.ClipByValue, (inputs, attrs, scope) => {
    const { clipValueMin, clipValueMax } = attrs as unknown as tf.ClipByValueAttrs;
    const x = inputs.get("x");
    return scope.output(scope.run("clamp", scope.handle(x), clipValueMin, clipValueMax), x.dtype);
  });
  defineKernel(tf.LeakyRelu, (inputs, attrs, scope) => {
    const { alpha } = attrs as unknown as tf.LeakyReluAttrs;
    return scope.output(scope.run("leaky_relu", scope.handle(inputs.get("x")), alpha), "float32");
  });
  defineKernel(tf.Step, (inputs, attrs, scope) => {
    // 1 above 0, alpha below or at it; NaN stays NaN.
    const { alpha } = attrs as unknown as tf.StepAttrs;
    const x = inputs.get("x");
    const handle = scope.handle(x);
    const positive = scope.run("gt.Scalar", handle, 0);
    const notANumber = scope.run("ne.Tensor", handle, handle);
    const step = scope.run("where.Scalar", positive, 1, alpha);
    return scope.output(scope.run("where.self", notANumber, handle, step), x.dtype);
  });
  defineKernel(tf.Cast, (inputs, attrs, scope) => {
    const { dtype } = attrs as unknown as tf.CastAttrs;
    const x = inputs.get("x");
    if (x.dtype === dtype) return scope.same(x);
    return scope.output(scope.run("to.dtype", scope.handle(x), torchDtypeOf(dtype)), dtype);
  });
  defineKernel(tf.Select, (inputs, _attrs, scope) => {
    const [yes, no] = [inputs.get("t"), inputs.get("e")];
    const condition = scope.run("to.dtype", scope.handle(inputs.get("condition")), torchDtypeOf("bool"));
    const chosen = scope.run("where.self", condition, scope.handle(yes), scope.handle(no));
    return scope.output(chosen, tf.upcastType(yes.dtype, no.dtype));
  });
  defineKernel(tf.AddN, (inputs, _attrs, scope) => {
    const [first, ...rest] = inputs.list();
    if (first === undefined) throw new Error("AddN: no inputs");
    if (rest.length === 0) return scope.same(first);
    const sum = rest.reduce((total, next) => scope.run("add.Tensor", total, scope.handle(next)), scope.handle(first));
    return scope.output(sum, first.dtype);
  });
}

export function defineElementwiseKernels(): void {
  defineTwoInputs();
  defineOneInput();
  defineWithAttributes();
}
