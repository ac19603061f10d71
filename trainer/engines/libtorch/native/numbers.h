// Arithmetic for the loops over rows: written so that the compiler turns each loop into vector instructions of the machine it
// builds on. bfloat16 is carried as its bits; every sum and function is computed in float.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <c10/util/bit_cast.h>

#include <algorithm>
#include <cstdint>

namespace pairwright {

/// The upper half of a float.
using BrainBits = uint16_t;

inline float toFloat(float value) { return value; }
inline float toFloat(BrainBits bits) { return c10::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

template <class T>
T fromFloat(float value);
template <>
inline float fromFloat<float>(float value) { return value; }
/// Rounds to nearest even; NaN stays NaN.
template <>
inline BrainBits fromFloat<BrainBits>(float value) {
  const uint32_t bits = c10::bit_cast<uint32_t>(value);
  const uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  return static_cast<BrainBits>(value != value ? 0x7FC0u : rounded);
}

/// exp to about 2 units in the last place, without a branch. Below -87 it gives almost 0, above 88 almost the largest float.
inline float expOf(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  // Adding and taking away 1.5 * 2^23 rounds to an integer.
  const float whole = (x * 1.44269504088896341f + 12582912.0f) - 12582912.0f;
  // ln 2 in two parts, so that the remainder is exact.
  const float rest = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
  float series = 1.9875691500e-4f;
  series = series * rest + 1.3981999507e-3f;
  series = series * rest + 8.3334519073e-3f;
  series = series * rest + 4.1665795894e-2f;
  series = series * rest + 1.6666665459e-1f;
  series = series * rest + 5.0000001201e-1f;
  series = series * rest * rest + rest + 1.0f;
  return series * c10::bit_cast<float>((static_cast<int32_t>(whole) + 127) << 23);
}

inline float sigmoidOf(float x) { return 1.0f / (1.0f + expOf(-x)); }

/// Values that one thread should have at least, so that starting it pays.
constexpr int64_t kValuesPerThread = 1 << 14;

/// Runs `work(from, to)` over rows of `width` values, on several threads where that pays.
template <class Work>
void overRows(int64_t rows, int64_t width, const Work& work) {
  at::parallel_for(0, rows, std::max<int64_t>(1, kValuesPerThread / std::max<int64_t>(1, width)), work);
}

/// Calls `work` with a null pointer of the type that the tensor's values are carried as.
template <class Work>
void withType(const at::Tensor& tensor, const Work& work) {
  if (tensor.scalar_type() == at::kFloat) return work(static_cast<float*>(nullptr));
  TORCH_CHECK(tensor.scalar_type() == at::kBFloat16, "expected float32 or bfloat16 values, got ", tensor.scalar_type());
  work(static_cast<BrainBits*>(nullptr));
}

template <class T>
const T* valuesOf(const at::Tensor& tensor) {
  TORCH_INTERNAL_ASSERT(tensor.is_contiguous() && tensor.element_size() == sizeof(T));
  return static_cast<const T*>(tensor.const_data_ptr());
}

template <class T>
T* writableOf(at::Tensor& tensor) {
  TORCH_INTERNAL_ASSERT(tensor.is_contiguous() && tensor.element_size() == sizeof(T));
  return static_cast<T*>(tensor.mutable_data_ptr());
}

}  // namespace pairwright
