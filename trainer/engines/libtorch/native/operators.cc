// Our operations as torch operators, so that the addon calls them by their schema like any other.
#include <torch/library.h>

#include "decoder_layer.h"
#include "products.h"

namespace pairwright {
namespace {

using OptionalTensors = c10::List<std::optional<at::Tensor>>;
using Tensors = std::vector<at::Tensor>;

at::Tensor contiguous(const std::optional<at::Tensor>& tensor) {
  return tensor.has_value() && tensor->defined() ? tensor->contiguous() : at::Tensor();
}

LayerInput readInput(const at::Tensor& x, const OptionalTensors& weights, const at::Tensor& cos, const at::Tensor& sin,
                     at::IntArrayRef blocks, const std::optional<at::Tensor>& kept, at::IntArrayRef heads, double epsilon) {
  TORCH_CHECK(weights.size() == LayerWeights::kCount, "a layer has ", LayerWeights::kCount, " weights, got ", weights.size());
  TORCH_CHECK(heads.size() == 3, "heads are [query heads, key heads, width]");
  LayerInput input{x.contiguous(), {},        cos.contiguous(), sin.contiguous(), {},      contiguous(kept),
                   heads[0],       heads[1],  heads[2],         epsilon};
  for (size_t index = 0; index < weights.size(); index++) {
    const std::optional<at::Tensor> weight = weights.get(index);
    input.weights.at(index) = contiguous(weight);
  }
  input.blocks = readBlocks(blocks, input.kept.defined() ? input.kept.size(0) : x.size(0), x.size(0));
  return input;
}

Tensors writeState(const LayerState& s) {
  Tensors list{s.inputScale, s.q, s.k, s.v, s.logSums, s.seen, s.middle, s.postScale, s.gate, s.up};
  if (s.rawQ.defined()) list.insert(list.end(), {s.rawQ, s.qScale});
  if (s.rawK.defined()) list.insert(list.end(), {s.rawK, s.kScale});
  return list;
}

LayerState readState(const Tensors& list, const LayerWeights& weights) {
  size_t next = 0;
  const auto take = [&] {
    TORCH_CHECK(next < list.size(), "the layer's state holds only ", list.size(), " tensors");
    return list[next++];
  };
  LayerState s;
  for (at::Tensor* field : {&s.inputScale, &s.q, &s.k, &s.v, &s.logSums, &s.seen, &s.middle, &s.postScale, &s.gate, &s.up})
    *field = take();
  if (weights.qNorm.defined()) s.rawQ = take(), s.qScale = take();
  if (weights.kNorm.defined()) s.rawK = take(), s.kScale = take();
  return s;
}

/// -> the layer's output, then its state
Tensors decoderLayer(const at::Tensor& x, const OptionalTensors& weights, const at::Tensor& cos, const at::Tensor& sin,
                     at::IntArrayRef blocks, const std::optional<at::Tensor>& kept, at::IntArrayRef heads, double epsilon,
                     bool keepState) {
  const LayerInput input = readInput(x, weights, cos, sin, blocks, kept, heads, epsilon);
  LayerState state;
  Tensors result{layerForward(input, state)};
  if (!keepState) return result;
  const Tensors list = writeState(state);
  result.insert(result.end(), list.begin(), list.end());
  return result;
}

/// `wanted`: 0 or 1 for x and each weight -> the gradients of those wanted, in that order
Tensors decoderLayerBackward(const at::Tensor& dy, const at::Tensor& x, const OptionalTensors& weights, const at::Tensor& cos,
                             const at::Tensor& sin, at::IntArrayRef blocks, const std::optional<at::Tensor>& kept,
                             at::IntArrayRef heads, double epsilon, Tensors state, at::IntArrayRef wanted) {
  TORCH_CHECK(wanted.size() == LayerWeights::kCount + 1, "expected ", LayerWeights::kCount + 1, " flags of what is wanted");
  const LayerInput input = readInput(x, weights, cos, sin, blocks, kept, heads, epsilon);
  LayerGradient gradient =
      layerBackward(dy.contiguous(), input, readState(state, input.weights), Wanted(wanted.begin(), wanted.end()));
  Tensors result;
  if (wanted[0]) result.push_back(gradient.x);
  for (size_t index = 0; index < LayerWeights::kCount; index++)
    if (wanted[index + 1]) result.push_back(gradient.weights.at(index));
  return result;
}

std::tuple<at::Tensor, at::Tensor> rmsNormOperator(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  Normal normal = rmsNorm(x.contiguous(), weight.contiguous(), epsilon, x.scalar_type());
  return {normal.value, normal.scale};
}

std::tuple<at::Tensor, at::Tensor> rmsNormBackwardOperator(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight,
                                                           const at::Tensor& scale) {
  NormalGradient gradient = rmsNormBackward(dy.contiguous(), x.contiguous(), weight.contiguous(), scale, {}, true);
  return {gradient.x, gradient.weight};
}

at::Tensor ropeOperator(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, int64_t direction) {
  at::Tensor turned = x.clone(at::MemoryFormat::Contiguous);
  ropeInPlace(turned, cos.contiguous(), sin.contiguous(), static_cast<int>(direction));
  return turned;
}

at::Tensor swigluOperator(const at::Tensor& gate, const at::Tensor& up) { return swiglu(gate.contiguous(), up.contiguous()); }

std::tuple<at::Tensor, at::Tensor> swigluBackwardOperator(const at::Tensor& dy, const at::Tensor& gate, const at::Tensor& up) {
  SwigluGradient gradient = swigluBackward(dy.contiguous(), gate.contiguous(), up.contiguous());
  return {gradient.gate, gradient.up};
}

std::tuple<at::Tensor, at::Tensor> attentionOperator(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                     at::IntArrayRef blocks) {
  Attention result =
      attention(q.contiguous(), k.contiguous(), v.contiguous(), readBlocks(blocks, q.size(0), k.size(0)));
  return {result.value, result.logSums};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> attentionBackwardOperator(const at::Tensor& dy, const at::Tensor& q,
                                                                         const at::Tensor& k, const at::Tensor& v,
                                                                         const at::Tensor& value, const at::Tensor& logSums,
                                                                         at::IntArrayRef blocks) {
  AttentionGradient gradient = attentionBackward(dy.contiguous(), q.contiguous(), k.contiguous(), v.contiguous(), {value, logSums},
                                                 readBlocks(blocks, q.size(0), k.size(0)));
  return {gradient.q, gradient.k, gradient.v};
}

/// x weight^T + bias in the weight's dtype, given back in x's.
at::Tensor projectOperator(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  return project(x.contiguous().to(weight.scalar_type()), weight, contiguous(bias)).to(x.scalar_type());
}

/// The gradients of x, weight and bias that `wanted` names, float32, computed in the weight's dtype.
Tensors projectBackwardOperator(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef wanted) {
  TORCH_CHECK(wanted.size() == 3, "expected flags for x, weight and bias");
  const at::Tensor slopes = dy.contiguous().to(weight.scalar_type());
  Tensors result;
  if (wanted[0]) result.push_back(product(slopes, weight, at::kFloat));
  if (wanted[1]) result.push_back(product(slopes.t(), x.contiguous().to(weight.scalar_type()), at::kFloat));
  if (wanted[2]) result.push_back(dy.sum(0));
  return result;
}

void composeOperator(bool composed) { setComposed(composed); }
bool multipliesBrainFloatsOperator() { return multipliesBrainFloats(); }

}  // namespace
}  // namespace pairwright

TORCH_LIBRARY(pairwright, library) {
  using namespace pairwright;
  library.def(
      "decoder_layer(Tensor x, Tensor?[] weights, Tensor cos, Tensor sin, int[] blocks, Tensor? kept, int[] heads, float epsilon, "
      "bool keep_state) -> Tensor[]",
      decoderLayer);
  library.def(
      "decoder_layer_backward(Tensor dy, Tensor x, Tensor?[] weights, Tensor cos, Tensor sin, int[] blocks, Tensor? kept, "
      "int[] heads, float epsilon, Tensor[] state, int[] wanted) -> Tensor[]",
      decoderLayerBackward);
  library.def("project(Tensor x, Tensor weight, Tensor? bias) -> Tensor", projectOperator);
  library.def("project_backward(Tensor dy, Tensor x, Tensor weight, int[] wanted) -> Tensor[]", projectBackwardOperator);
  library.def("rms_norm(Tensor x, Tensor weight, float epsilon) -> (Tensor, Tensor)", rmsNormOperator);
  library.def("rms_norm_backward(Tensor dy, Tensor x, Tensor weight, Tensor scale) -> (Tensor, Tensor)", rmsNormBackwardOperator);
  library.def("rope(Tensor x, Tensor cos, Tensor sin, int direction) -> Tensor", ropeOperator);
  library.def("swiglu(Tensor gate, Tensor up) -> Tensor", swigluOperator);
  library.def("swiglu_backward(Tensor dy, Tensor gate, Tensor up) -> (Tensor, Tensor)", swigluBackwardOperator);
  library.def("attention(Tensor q, Tensor k, Tensor v, int[] blocks) -> (Tensor, Tensor)", attentionOperator);
  library.def(
      "attention_backward(Tensor dy, Tensor q, Tensor k, Tensor v, Tensor value, Tensor log_sums, int[] blocks) -> "
      "(Tensor, Tensor, Tensor)",
      attentionBackwardOperator);
  library.def("compose(bool composed) -> ()", composeOperator);
  library.def("multiplies_bfloat16() -> bool", multipliesBrainFloatsOperator);
}
