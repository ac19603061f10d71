// The element-wise parts of a layer: rotary embedding, SwiGLU, residual sums.
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>

#include "layer_parts.h"
#include "numbers.h"

namespace pairwright {
namespace {

bool composedEverywhere = false;

template <class T>
void turnRows(T* x, const float* cos, const float* sin, float direction, int64_t heads, int64_t width, int64_t from, int64_t to) {
  const int64_t half = width / 2;
  for (int64_t token = from; token < to; token++) {
    const float* c = cos + token * width;
    const float* s = sin + token * width;
    for (int64_t head = 0; head < heads; head++) {
      T* first = x + (token * heads + head) * width;
      T* second = first + half;
#pragma omp simd
      for (int64_t i = 0; i < half; i++) {
        const float a = toFloat(first[i]), b = toFloat(second[i]);
        first[i] = fromFloat<T>(a * c[i] - direction * b * s[i]);
        second[i] = fromFloat<T>(b * c[i] + direction * a * s[i]);
      }
    }
  }
}

SwigluGradient swigluBackwardComposed(const at::Tensor& dy, const at::Tensor& gate, const at::Tensor& up) {
  const at::Tensor open = at::silu(gate);
  return {at::silu_backward(dy * up, gate), dy * open, open * up};
}

}  // namespace

void setComposed(bool composed) { composedEverywhere = composed; }

bool computesInLoops(const at::Tensor& tensor) { return tensor.device().is_cpu() && !composedEverywhere; }

void ropeInPlace(at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, int direction) {
  const int64_t tokens = x.size(0), heads = x.size(1), width = x.size(2);
  TORCH_CHECK(width % 2 == 0, "heads must have an even width, got ", width);
  TORCH_CHECK(cos.size(0) == tokens && cos.size(1) == width && sin.sizes() == cos.sizes(), "rotary tables ", cos.sizes(),
              " do not fit ", x.sizes());
  if (!computesInLoops(x)) {
    const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);
    const at::Tensor wide = x.to(at::kFloat);
    const auto halves = wide.chunk(2, 2);
    x.copy_((wide * c).add_(at::cat({halves[1].neg(), halves[0]}, 2) * s, direction));
    return;
  }
  withType(x, [&]<class T>(T*) {
    T* values = writableOf<T>(x);
    const float* c = valuesOf<float>(cos);
    const float* s = valuesOf<float>(sin);
    overRows(tokens, heads * width, [=](int64_t from, int64_t to) {
      turnRows(values, c, s, static_cast<float>(direction), heads, width, from, to);
    });
  });
}

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  if (!computesInLoops(gate)) return at::silu(gate).mul_(up);
  at::Tensor result = at::empty_like(gate);
  withType(gate, [&]<class T>(T*) {
    const T* g = valuesOf<T>(gate);
    const T* u = valuesOf<T>(up);
    T* out = writableOf<T>(result);
    overRows(gate.numel(), 1, [=](int64_t from, int64_t to) {
#pragma omp simd
      for (int64_t i = from; i < to; i++) {
        const float open = toFloat(g[i]);
        out[i] = fromFloat<T>(open * sigmoidOf(open) * toFloat(u[i]));
      }
    });
  });
  return result;
}

SwigluGradient swigluBackward(const at::Tensor& dy, const at::Tensor& gate, const at::Tensor& up) {
  if (!computesInLoops(gate)) return swigluBackwardComposed(dy, gate, up);
  SwigluGradient result{at::empty_like(gate), at::empty_like(gate), at::empty_like(gate)};
  withType(gate, [&]<class T>(T*) {
    const T* d = valuesOf<T>(dy);
    const T* g = valuesOf<T>(gate);
    const T* u = valuesOf<T>(up);
    T* dGate = writableOf<T>(result.gate);
    T* dUp = writableOf<T>(result.up);
    T* value = writableOf<T>(result.value);
    overRows(gate.numel(), 1, [=](int64_t from, int64_t to) {
#pragma omp simd
      for (int64_t i = from; i < to; i++) {
        const float x = toFloat(g[i]), other = toFloat(u[i]), along = toFloat(d[i]);
        const float s = sigmoidOf(x);
        const float open = x * s;
        // d silu / d x = s + silu * (1 - s)
        dGate[i] = fromFloat<T>(along * other * (s + open * (1.0f - s)));
        dUp[i] = fromFloat<T>(along * open);
        value[i] = fromFloat<T>(open * other);
      }
    });
  });
  return result;
}

at::Tensor addResidual(const at::Tensor& base, const at::Tensor& term) {
  if (!computesInLoops(base)) return base + term;
  at::Tensor result = at::empty_like(base);
  withType(term, [&]<class T>(T*) {
    const float* b = valuesOf<float>(base);
    const T* t = valuesOf<T>(term);
    float* out = writableOf<float>(result);
    overRows(base.numel(), 1, [=](int64_t from, int64_t to) {
#pragma omp simd
      for (int64_t i = from; i < to; i++) out[i] = b[i] + toFloat(t[i]);
    });
  });
  return result;
}

}  // namespace pairwright
