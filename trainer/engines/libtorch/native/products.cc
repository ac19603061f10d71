#include "products.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

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
  at::Tensor result = product(x, weight.t(), x.scalar_type());
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
