#include "decoder_layer.h"

#include <ATen/ops/zeros_like.h>

#include "products.h"

namespace pairwright {

at::Tensor& LayerWeights::at(size_t index) {
  at::Tensor* const all[kCount] = {&inputNorm, &q,     &k,     &v,        &o,    &qBias, &kBias, &vBias,
                                   &oBias,     &qNorm, &kNorm, &postNorm, &gate, &up,    &down};
  TORCH_INTERNAL_ASSERT(index < kCount);
  return *all[index];
}

namespace {

at::Tensor rowsOf(const at::Tensor& x, const at::Tensor& rows) { return rows.defined() ? x.index_select(0, rows) : x; }

/// Norm over each head and rotation of a projection [T, heads * D], in place where it can be.
at::Tensor turnHeads(at::Tensor projected, int64_t heads, const at::Tensor& norm, const at::Tensor& cos, const at::Tensor& sin,
                     double epsilon, at::Tensor& raw, at::Tensor& scale) {
  const int64_t tokens = projected.size(0), width = projected.size(1) / heads;
  if (norm.defined()) {
    raw = projected.view({tokens * heads, width});
    Normal normal = rmsNorm(raw, norm, epsilon, raw.scalar_type());
    projected = normal.value;
    scale = normal.scale;
  }
  at::Tensor turned = projected.view({tokens, heads, width});
  ropeInPlace(turned, cos, sin, 1);
  return turned;
}

/// Gradient of `turnHeads`: from the turned heads' to the projection's, [T, heads * D]. `gradient` is used up.
at::Tensor turnHeadsBack(at::Tensor gradient, const at::Tensor& norm, const at::Tensor& cos, const at::Tensor& sin,
                         const at::Tensor& raw, const at::Tensor& scale, bool wantNorm, at::Tensor& dNorm) {
  const int64_t tokens = gradient.size(0), values = gradient.size(1) * gradient.size(2);
  ropeInPlace(gradient, cos, sin, -1);
  if (!norm.defined()) return gradient.view({tokens, values});
  NormalGradient back = rmsNormBackward(gradient.view_as(raw), raw, norm, scale, {}, wantNorm);
  dNorm = back.weight;
  return back.x.view({tokens, values});
}

/// Gradients of y = x weight^T + bias in float32, those that are wanted.
void weightGradient(const at::Tensor& dy, const at::Tensor& x, bool wantWeight, bool wantBias, at::Tensor& dWeight, at::Tensor& dBias) {
  if (wantWeight) dWeight = product(dy.t(), x, at::kFloat);
  if (wantBias) dBias = dy.to(at::kFloat).sum(0);
}

enum Index { kInputNorm, kQ, kK, kV, kO, kQBias, kKBias, kVBias, kOBias, kQNorm, kKNorm, kPostNorm, kGate, kUp, kDown };

struct Backward {
  const LayerInput& input;
  const LayerState& state;
  const Wanted& wanted;
  LayerGradient gradient;

  bool wants(Index weight) const { return wanted[1 + weight]; }
  /// Whether anything from `first` on towards the input wants a gradient.
  bool anyUpTo(Index last) const {
    for (size_t index = 0; index <= static_cast<size_t>(last) + 1; index++)
      if (wanted[index]) return true;
    return false;
  }

  /// dy [n, h] -> gradient of the layer's middle, [n, h] float32.
  at::Tensor feedForward(const at::Tensor& dy) {
    const LayerWeights& w = input.weights;
    const auto dtype = w.q.scalar_type();
    const at::Tensor slopes = dy.to(dtype);
    const SwigluGradient open = swigluBackward(product(slopes, w.down, dtype), state.gate, state.up);
    at::Tensor none;
    weightGradient(slopes, open.value, wants(kDown), false, gradient.weights.down, none);
    if (wants(kGate) || wants(kUp)) {
      const at::Tensor normal = rmsNormAgain(state.middle, w.postNorm, state.postScale, dtype);
      weightGradient(open.gate, normal, wants(kGate), false, gradient.weights.gate, none);
      weightGradient(open.up, normal, wants(kUp), false, gradient.weights.up, none);
    }
    at::Tensor dNormal = product(open.gate, w.gate, dtype);
    addProduct(dNormal, open.up, w.up);
    NormalGradient back = rmsNormBackward(dNormal, state.middle, w.postNorm, state.postScale, dy, wants(kPostNorm));
    gradient.weights.postNorm = back.weight;
    return back.x;
  }

  AttentionGradient throughAttention(const at::Tensor& dMiddle) {
    const LayerWeights& w = input.weights;
    const auto dtype = w.q.scalar_type();
    const at::Tensor slopes = dMiddle.to(dtype);
    const int64_t rows = slopes.size(0);
    weightGradient(slopes, state.seen.view({rows, -1}), wants(kO), wants(kOBias), gradient.weights.o, gradient.weights.oBias);
    const at::Tensor dSeen = product(slopes, w.o, dtype).view(state.seen.sizes());
    return attentionBackward(dSeen, state.q, state.k, state.v, {state.seen, state.logSums}, input.blocks);
  }

  /// Gradient of the layer's input, without the residual, in the dtype of the matrices. `heads` is used up.
  at::Tensor throughProjections(AttentionGradient heads, const at::Tensor& normal) {
    const LayerWeights& w = input.weights;
    LayerWeights& dw = gradient.weights;
    const at::Tensor queryNormal = rowsOf(normal, input.kept);
    const at::Tensor dq = turnHeadsBack(heads.q, w.qNorm, rowsOf(input.cos, input.kept), rowsOf(input.sin, input.kept), state.rawQ,
                                        state.qScale, wants(kQNorm), dw.qNorm);
    const at::Tensor dk =
        turnHeadsBack(heads.k, w.kNorm, input.cos, input.sin, state.rawK, state.kScale, wants(kKNorm), dw.kNorm);
    const at::Tensor dv = heads.v.view({heads.v.size(0), -1});
    weightGradient(dq, queryNormal, wants(kQ), wants(kQBias), dw.q, dw.qBias);
    weightGradient(dk, normal, wants(kK), wants(kKBias), dw.k, dw.kBias);
    weightGradient(dv, normal, wants(kV), wants(kVBias), dw.v, dw.vBias);
    if (!wanted[0] && !wants(kInputNorm)) return {};
    at::Tensor dNormal = product(dk, w.k, w.q.scalar_type());
    addProduct(dNormal, dv, w.v);
    if (input.kept.defined()) dNormal.index_add_(0, input.kept, product(dq, w.q, w.q.scalar_type()));
    else addProduct(dNormal, dq, w.q);
    return dNormal;
  }
};

}  // namespace

at::Tensor layerForward(const LayerInput& input, LayerState& state) {
  const LayerWeights& w = input.weights;
  const auto dtype = w.q.scalar_type();
  const Normal normal = rmsNorm(input.x, w.inputNorm, input.epsilon, dtype);
  state.inputScale = normal.scale;
  state.q = turnHeads(project(rowsOf(normal.value, input.kept), w.q, w.qBias), input.headCount, w.qNorm, rowsOf(input.cos, input.kept),
                      rowsOf(input.sin, input.kept), input.epsilon, state.rawQ, state.qScale);
  state.k = turnHeads(project(normal.value, w.k, w.kBias), input.keyValueHeadCount, w.kNorm, input.cos, input.sin, input.epsilon,
                      state.rawK, state.kScale);
  state.v = project(normal.value, w.v, w.vBias).view({input.x.size(0), input.keyValueHeadCount, input.headDim});
  const Attention seen = attention(state.q, state.k, state.v, input.blocks);
  state.seen = seen.value;
  state.logSums = seen.logSums;
  const int64_t rows = state.q.size(0);
  state.middle = addResidual(rowsOf(input.x, input.kept), project(state.seen.view({rows, -1}), w.o, w.oBias));
  const Normal post = rmsNorm(state.middle, w.postNorm, input.epsilon, dtype);
  state.postScale = post.scale;
  state.gate = project(post.value, w.gate, {});
  state.up = project(post.value, w.up, {});
  return addResidual(state.middle, project(swiglu(state.gate, state.up), w.down, {}));
}

LayerGradient layerBackward(const at::Tensor& dy, const LayerInput& input, const LayerState& state, const Wanted& wanted) {
  Backward pass{input, state, wanted, {}};
  const at::Tensor dMiddle = pass.feedForward(dy);
  // Weights are numbered from the input on, the feed-forward's last.
  if (!pass.anyUpTo(kKNorm)) return pass.gradient;
  AttentionGradient heads = pass.throughAttention(dMiddle);
  const at::Tensor normal = rmsNormAgain(input.x, input.weights.inputNorm, state.inputScale, input.weights.q.scalar_type());
  const at::Tensor dNormal = pass.throughProjections(std::move(heads), normal);
  if (!dNormal.defined()) return pass.gradient;
  at::Tensor base = dMiddle;
  if (input.kept.defined()) base = at::zeros_like(input.x).index_add_(0, input.kept, dMiddle);
  NormalGradient back =
      rmsNormBackward(dNormal, input.x, input.weights.inputNorm, state.inputScale, base, wanted[1 + kInputNorm]);
  pass.gradient.weights.inputNorm = back.weight;
  pass.gradient.x = back.x;
  return pass.gradient;
}

}  // namespace pairwright
