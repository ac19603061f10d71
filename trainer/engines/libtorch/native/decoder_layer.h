// A whole decoder layer: norm, attention, residual, norm, SwiGLU, residual, forward and backward in one call each. Between the two
// only what the gradient cannot cheaply compute again is kept.
#pragma once

#include "layer_parts.h"

namespace pairwright {

/// In the order in which JavaScript passes them; absent ones are undefined tensors.
struct LayerWeights {
  at::Tensor inputNorm, q, k, v, o, qBias, kBias, vBias, oBias, qNorm, kNorm, postNorm, gate, up, down;
  static constexpr size_t kCount = 15;
  at::Tensor& at(size_t index);
};

struct LayerInput {
  /// [T, h] float32
  at::Tensor x;
  /// Matrices and biases in the dtype to compute in, norms float32.
  LayerWeights weights;
  /// [T, D] float32
  at::Tensor cos, sin;
  std::vector<AttentionBlock> blocks;
  /// Rows of x that are computed beyond their keys and values; undefined for all.
  at::Tensor kept;
  int64_t headCount, keyValueHeadCount, headDim;
  double epsilon;
};

/// What the forward pass leaves for the backward pass.
struct LayerState {
  /// Scales of the norms [T]; rotated q, k and v [T, heads, D]; attention's result and sums; x after attention; its norm's scales.
  at::Tensor inputScale, q, k, v, logSums, seen, middle, postScale, gate, up;
  /// Only with norms on the heads: q and k before them, and their scales.
  at::Tensor rawQ, rawK, qScale, kScale;
};

/// -> [T or kept, h] float32
at::Tensor layerForward(const LayerInput& input, LayerState& state);

/// wanted[0] asks for x's gradient, wanted[1 + i] for the i-th weight's.
using Wanted = std::vector<bool>;
struct LayerGradient {
  at::Tensor x;
  /// float32; undefined where not wanted.
  LayerWeights weights;
};
LayerGradient layerBackward(const at::Tensor& dy, const LayerInput& input, const LayerState& state, const Wanted& wanted);

}  // namespace pairwright
