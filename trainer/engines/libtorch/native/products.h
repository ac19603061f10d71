// Matrix products for the layer: of whole tensors through ATen, and of strided blocks inside one thread.
#pragma once

#include <ATen/core/Tensor.h>

namespace pairwright {

/// a b in `dtype`; a: [m, k], b: [k, n], both float32 or both bfloat16. A CPU without bfloat16 instructions multiplies in float32.
at::Tensor product(const at::Tensor& a, const at::Tensor& b, at::ScalarType dtype);
/// sum += a b, in sum's dtype.
void addProduct(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b);
/// x weight^T + bias; bias may be undefined.
at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);
/// Whether this CPU multiplies bfloat16 matrices faster than float32 ones.
bool multipliesBrainFloats();

/// c[m, n] = alpha op(a) op(b) + beta c, all row-major with the given row lengths, on the calling thread.
/// a is [m, k], or [k, m] where transposed; b is [k, n], or [n, k] where transposed.
void multiply(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, const float* a, int64_t rowA,
              const float* b, int64_t rowB, float beta, float* c, int64_t rowC);

}  // namespace pairwright
