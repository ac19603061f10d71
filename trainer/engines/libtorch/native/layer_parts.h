// The parts of a decoder layer, each forward and backward. On the CPU they are loops of our own, one pass over memory each; on
// another device they are composed of ATen operators. Values are float32 or bfloat16, statistics and norm weights float32.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace pairwright {

/// Composes ATen operators on the CPU too, so that what runs on a GPU can be checked without one.
void setComposed(bool composed);
/// Whether our own loops compute on this tensor.
bool computesInLoops(const at::Tensor& tensor);

struct Normal {
  /// [N, d]
  at::Tensor value;
  /// 1 / root mean square of each row, [N] float32
  at::Tensor scale;
};
/// value = x * scale * weight, in `dtype`. x: [N, d], weight: [d] float32.
Normal rmsNorm(const at::Tensor& x, const at::Tensor& weight, double epsilon, at::ScalarType dtype);
/// The value again, from its stored scale.
at::Tensor rmsNormAgain(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& scale, at::ScalarType dtype);
struct NormalGradient {
  /// As x, with `base` added where there is one.
  at::Tensor x;
  /// [d] float32; undefined unless wanted.
  at::Tensor weight;
};
NormalGradient rmsNormBackward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& scale,
                               const at::Tensor& base, bool wantWeight);

/// Turns x [T, H, D] in place by the angles of cos, sin [T, D] float32; direction -1 turns back, which is the gradient.
void ropeInPlace(at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, int direction);

/// silu(gate) * up
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);
struct SwigluGradient {
  at::Tensor gate, up;
  /// silu(gate) * up again, which the next matrix's gradient needs.
  at::Tensor value;
};
SwigluGradient swigluBackward(const at::Tensor& dy, const at::Tensor& gate, const at::Tensor& up);

/// base + term in float32; base: [N, d] float32, term: float32 or bfloat16.
at::Tensor addResidual(const at::Tensor& base, const at::Tensor& term);

struct KeyRange {
  int64_t start, count;
  bool operator==(const KeyRange&) const = default;
};
/// Query j of n sees the first (keys - n + j + 1) keys.
struct AttentionBlock {
  int64_t queryStart, queryCount;
  std::vector<KeyRange> keys;
  int64_t keyCount;
  bool operator==(const AttentionBlock&) const = default;
};
/// From [queryStart, queryCount, ranges, start, count, ...] per block; checks them against the rows there are.
std::vector<AttentionBlock> readBlocks(at::IntArrayRef flat, int64_t queryRows, int64_t keyRows);

struct Attention {
  /// [Tq, H, D], 0 in rows that no block covers
  at::Tensor value;
  /// What the gradient needs of the softmax: per row its log of the sum, [H, Tq] float32 (on CUDA as flash attention gives it).
  at::Tensor logSums;
};
struct AttentionGradient {
  at::Tensor q, k, v;
};
/// q: [Tq, H, D]; k, v: [Tk, Hk, D].
Attention attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const std::vector<AttentionBlock>& blocks);
AttentionGradient attentionBackward(const at::Tensor& dy, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const Attention& forward, const std::vector<AttentionBlock>& blocks);
/// The same composed of ATen operators (attention_composed.cc).
Attention attentionComposed(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const std::vector<AttentionBlock>& blocks);
AttentionGradient attentionComposedBackward(const at::Tensor& dy, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                            const Attention& forward, const std::vector<AttentionBlock>& blocks);

}  // namespace pairwright
