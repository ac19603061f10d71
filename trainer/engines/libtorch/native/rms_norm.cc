#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "layer_parts.h"
#include "numbers.h"

namespace pairwright {
namespace {

template <class X>
float scaleOf(const X* row, int64_t width, float epsilon) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; i++) sum += toFloat(row[i]) * toFloat(row[i]);
  return 1.0f / std::sqrt(sum / static_cast<float>(width) + epsilon);
}

template <class X, class Y>
void applyScale(const X* row, const float* weight, float scale, Y* out, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; i++) out[i] = fromFloat<Y>(toFloat(row[i]) * scale * weight[i]);
}

/// Gradient of some rows; adds to `dWeight` where it is not null. `base` may be null.
template <class Y, class X>
void backwardRows(const Y* dy, const X* x, const float* weight, const float* scale, const X* base, X* dx, float* dWeight,
                  int64_t width, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const Y* g = dy + row * width;
    const X* v = x + row * width;
    X* out = dx + row * width;
    const float s = scale[row];
    float along = 0;
#pragma omp simd reduction(+ : along)
    for (int64_t i = 0; i < width; i++) along += toFloat(g[i]) * weight[i] * toFloat(v[i]);
    const float pull = along * s * s * s / static_cast<float>(width);
    if (base != nullptr) {
      const X* b = base + row * width;
#pragma omp simd
      for (int64_t i = 0; i < width; i++)
        out[i] = fromFloat<X>(toFloat(b[i]) + s * toFloat(g[i]) * weight[i] - pull * toFloat(v[i]));
    } else {
#pragma omp simd
      for (int64_t i = 0; i < width; i++) out[i] = fromFloat<X>(s * toFloat(g[i]) * weight[i] - pull * toFloat(v[i]));
    }
    if (dWeight != nullptr) {
#pragma omp simd
      for (int64_t i = 0; i < width; i++) dWeight[i] += toFloat(g[i]) * toFloat(v[i]) * s;
    }
  }
}

at::Tensor applyComposed(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& scale, at::ScalarType dtype) {
  return x.to(at::kFloat).mul(scale.unsqueeze(1)).mul_(weight).to(dtype);
}

NormalGradient backwardComposed(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& scale,
                                const at::Tensor& base, bool wantWeight) {
  const at::Tensor normal = x.to(at::kFloat).mul(scale.unsqueeze(1));
  const at::Tensor gradient = dy.to(at::kFloat);
  const at::Tensor product = gradient * normal;
  at::Tensor dx = gradient * weight;
  dx.addcmul_(normal, product.mv(weight).div_(x.size(1)).unsqueeze(1), -1).mul_(scale.unsqueeze(1));
  if (base.defined()) dx.add_(base);
  return {dx.to(x.scalar_type()), wantWeight ? product.sum(0) : at::Tensor()};
}

}  // namespace

Normal rmsNorm(const at::Tensor& x, const at::Tensor& weight, double epsilon, at::ScalarType dtype) {
  if (!computesInLoops(x)) {
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor scale = at::rsqrt(wide.square().mean(1).add_(epsilon));
    return {applyComposed(x, weight, scale, dtype), scale};
  }
  const int64_t rows = x.size(0), width = x.size(1);
  Normal result{at::empty({rows, width}, x.options().dtype(dtype)), at::empty({rows}, x.options().dtype(at::kFloat))};
  withType(x, [&]<class X>(X*) {
    withType(result.value, [&]<class Y>(Y*) {
      const X* in = valuesOf<X>(x);
      const float* w = valuesOf<float>(weight);
      Y* out = writableOf<Y>(result.value);
      float* scale = writableOf<float>(result.scale);
      overRows(rows, width, [=](int64_t from, int64_t to) {
        for (int64_t row = from; row < to; row++) {
          scale[row] = scaleOf(in + row * width, width, static_cast<float>(epsilon));
          applyScale(in + row * width, w, scale[row], out + row * width, width);
        }
      });
    });
  });
  return result;
}

at::Tensor rmsNormAgain(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& scale, at::ScalarType dtype) {
  if (!computesInLoops(x)) return applyComposed(x, weight, scale, dtype);
  const int64_t rows = x.size(0), width = x.size(1);
  at::Tensor result = at::empty({rows, width}, x.options().dtype(dtype));
  withType(x, [&]<class X>(X*) {
    withType(result, [&]<class Y>(Y*) {
      const X* in = valuesOf<X>(x);
      const float* w = valuesOf<float>(weight);
      const float* s = valuesOf<float>(scale);
      Y* out = writableOf<Y>(result);
      overRows(rows, width, [=](int64_t from, int64_t to) {
        for (int64_t row = from; row < to; row++) applyScale(in + row * width, w, s[row], out + row * width, width);
      });
    });
  });
  return result;
}

NormalGradient rmsNormBackward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& scale,
                               const at::Tensor& base, bool wantWeight) {
  if (!computesInLoops(x)) return backwardComposed(dy, x, weight, scale, base, wantWeight);
  const int64_t rows = x.size(0), width = x.size(1);
  // One partial sum per part, and parts that depend on the thread count alone: the same digits on every run.
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), rows * width / kValuesPerThread));
  NormalGradient result{at::empty_like(x), {}};
  at::Tensor partial = wantWeight ? at::zeros({parts, width}, weight.options()) : at::Tensor();
  withType(x, [&]<class X>(X*) {
    withType(dy, [&]<class Y>(Y*) {
      const Y* g = valuesOf<Y>(dy);
      const X* in = valuesOf<X>(x);
      const float* w = valuesOf<float>(weight);
      const float* s = valuesOf<float>(scale);
      const X* b = base.defined() ? valuesOf<X>(base) : nullptr;
      X* out = writableOf<X>(result.x);
      float* sums = wantWeight ? writableOf<float>(partial) : nullptr;
      at::parallel_for(0, parts, 1, [=](int64_t first, int64_t last) {
        for (int64_t part = first; part < last; part++)
          backwardRows(g, in, w, s, b, out, sums == nullptr ? nullptr : sums + part * width, width, rows * part / parts,
                       rows * (part + 1) / parts);
      });
    });
  });
  if (wantWeight) result.weight = parts == 1 ? partial.view({width}) : partial.sum(0);
  return result;
}

}  // namespace pairwright
