#include "memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>
#include <mutex>
#if defined(__APPLE__)
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif

namespace pairwright {
namespace {

std::atomic<int64_t> bytesNow{0};
std::atomic<int64_t> bytesMost{0};
std::atomic<int64_t> bytesLimit{0};

int64_t sizeOf(void* memory) {
#if defined(__APPLE__)
  return static_cast<int64_t>(malloc_size(memory));
#else
  return static_cast<int64_t>(malloc_usable_size(memory));
#endif
}

void release(void* memory) {
  if (memory == nullptr) return;
  bytesNow -= sizeOf(memory);
  c10::free_cpu(memory);
}

class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    const int64_t limit = bytesLimit;
    TORCH_CHECK_WITH(OutOfMemoryError, limit == 0 || bytesNow + static_cast<int64_t>(bytes) <= limit, "not enough memory: ",
                     bytesNow.load(), " bytes are in use, ", bytes, " more were asked for, the limit is ", limit);
    void* const memory = c10::alloc_cpu(bytes);
    if (memory != nullptr) {
      const int64_t now = bytesNow += sizeOf(memory);
      for (int64_t most = bytesMost; now > most && !bytesMost.compare_exchange_weak(most, now);) {
      }
    }
    return {memory, memory, &release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* target, const void* source, size_t count) const override { default_copy_data(target, source, count); }
};

/// glibc gives each large block its own mapping and returns it at once, so every activation would be paged in anew. Training makes
/// the same sizes again each step: keep them in the heap, and grow it by large pieces.
void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 1 << 26);
#endif
}

}  // namespace

void takeOverMemory() {
  static std::once_flag once;
  std::call_once(once, [] {
    keepFreedMemory();
    // Lives as long as the process: tensors freed at its end still come here.
    c10::SetCPUAllocator(new CountingAllocator(), 1);
  });
}

MemoryUse memoryUse(bool cuda) {
  if (!cuda) return {bytesNow, bytesMost};
  const auto bytes = c10::getDeviceAllocator(c10::DeviceType::CUDA)->getDeviceStats(0).reserved_bytes[0];
  return {bytes.current, bytes.peak};
}

void limitMemory(int64_t bytes) { bytesLimit = bytes; }

}  // namespace pairwright
