#include "products.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

#include <cstring>

#include "layer_parts.h"
#include "numbers.h"

#include <ATen/cpu/Utils.h>

// libtorch's own BLAS, where it lets others call it.
extern "C" __attribute__((weak)) void sgemm_(const char* transposeA, const char* transposeB, const int* m, const int* n,
                                             const int* k, const float* alpha, const float* a, const int* lda, const float* b,
                                             const int* ldb, const float* beta, float* c, const int* ldc);

namespace pairwright {
namespace {

/// bfloat16 on a CPU whose only way to multiply it is one value at a time.
bool widens(const at::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kBFloat16 && !multipliesBrainFloats();
}

/// Up to this many rows BLAS takes longer to rearrange the weight than to multiply with it; read as it lies it is read once. This is
/// a step of generation: one row a sample.
constexpr int64_t kFewRows = 16;
constexpr int64_t kRowsAtOnce = 8;
constexpr int64_t kLanes = 8;
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

inline Lanes lanesAt(const float* values) {
  Lanes lanes;
  std::memcpy(&lanes, values, sizeof(lanes));
  return lanes;
}

/// out[r * outputs] = x[r] w; x: [kRows, depth], w: [depth].
template <int64_t kRows>
void multiplyRows(const float* x, const float* w, int64_t depth, float* out, int64_t outputs) {
  Lanes sums[kRows] = {};
  int64_t i = 0;
  for (; i + kLanes <= depth; i += kLanes) {
    const Lanes weight = lanesAt(w + i);
    for (int64_t r = 0; r < kRows; r++) sums[r] += weight * lanesAt(x + r * depth + i);
  }
  for (int64_t r = 0; r < kRows; r++) {
    float sum = 0;
    for (int64_t lane = 0; lane < kLanes; lane++) sum += sums[r][lane];
    for (int64_t j = i; j < depth; j++) sum += w[j] * x[r * depth + j];
    out[r * outputs] = sum;
  }
}

using MultiplyRows = void (*)(const float*, const float*, int64_t, float*, int64_t);
constexpr MultiplyRows kMultiplyRows[kRowsAtOnce] = {multiplyRows<1>, multiplyRows<2>, multiplyRows<3>, multiplyRows<4>,
                                                     multiplyRows<5>, multiplyRows<6>, multiplyRows<7>, multiplyRows<8>};

bool isFewRows(const at::Tensor& x, const at::Tensor& weight) {
  return computesInLoops(x) && x.size(0) <= kFewRows && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
         x.size(1) == weight.size(1) && weight.is_contiguous();
}

at::Tensor projectFewRows(const at::Tensor& x, const at::Tensor& weight) {
  const int64_t rows = x.size(0), depth = x.size(1), outputs = weight.size(0);
  const at::Tensor from = x.contiguous();
  at::Tensor result = at::empty({rows, outputs}, x.options());
  const float* inputs = from.const_data_ptr<float>();
  const float* weights = weight.const_data_ptr<float>();
  float* out = result.mutable_data_ptr<float>();
  overRows(outputs, rows * depth, [&](int64_t first, int64_t last) {
    for (int64_t output = first; output < last; output++)
      for (int64_t row = 0; row < rows; row += kRowsAtOnce)
        kMultiplyRows[std::min(kRowsAtOnce, rows - row) - 1](inputs + row * depth, weights + output * depth, depth,
                                                            out + row * outputs + output, outputs);
  });
  return result;
}

}  // namespace

bool multipliesBrainFloats() {
  static const bool able = [] {
    const auto capabilities = at::cpu::get_cpu_capabilities();
    for (const char* name : {"amx_bf16", "avx512_bf16", "arm_bf16"}) {
      const auto found = capabilities.find(name);
      if (found != capabilities.end() && found->second.isBool() && found->second.toBool()) return true;
    }
    return false;
  }();
  return able;
}

at::Tensor product(const at::Tensor& a, const at::Tensor& b, at::ScalarType dtype) {
  if (widens(a)) return at::mm(a.to(at::kFloat), b.to(at::kFloat)).to(dtype);
  if (a.scalar_type() != dtype && a.is_cuda()) return at::mm(a, b, dtype);
  return at::mm(a, b).to(dtype);
}

void addProduct(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b) {
  if (widens(a)) {
    sum.add_(at::mm(a.to(at::kFloat), b.to(at::kFloat)));
  } else if (sum.scalar_type() == a.scalar_type()) {
    sum.addmm_(a, b);
  } else {
    sum.add_(product(a, b, sum.scalar_type()));
  }
}

at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  at::Tensor result = isFewRows(x, weight) ? projectFewRows(x, weight) : product(x, weight.t(), x.scalar_type());
  if (bias.defined()) result.add_(bias);
  return result;
}

void multiply(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, const float* a, int64_t rowA,
              const float* b, int64_t rowB, float beta, float* c, int64_t rowC) {
  if (m == 0 || n == 0) return;
  if (sgemm_ != nullptr) {
    // BLAS counts by columns: the same memory read so is the transpose, and c^T = op(b)^T op(a)^T.
    const int columns = static_cast<int>(n), rows = static_cast<int>(m), depth = static_cast<int>(k);
    const int ldb = static_cast<int>(rowB), lda = static_cast<int>(rowA), ldc = static_cast<int>(rowC);
    sgemm_(transposeB ? "T" : "N", transposeA ? "T" : "N", &columns, &rows, &depth, &alpha, b, &ldb, a, &lda, &beta, c, &ldc);
    return;
  }
  const auto view = [](const float* data, int64_t rows, int64_t columns, int64_t row) {
    return at::from_blob(const_cast<float*>(data), {rows, columns}, {row, 1}, at::kFloat);
  };
  const at::Tensor left = transposeA ? view(a, k, m, rowA).t() : view(a, m, k, rowA);
  const at::Tensor right = transposeB ? view(b, n, k, rowB).t() : view(b, k, n, rowB);
  at::Tensor out = view(c, m, n, rowC);
  if (beta == 0) out.zero_();
  out.addmm_(left, right, beta == 0 ? 0 : beta, alpha);
}

}  // namespace pairwright
