// What tensors occupy: counted and limited on the CPU, asked of torch's own allocator on a GPU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pairwright {

/// Puts a counting allocator before torch's own for the CPU, and makes glibc keep what is freed. Once per process.
void takeOverMemory();

struct MemoryUse {
  /// Bytes in use now, and the most there have been.
  int64_t now, most;
};
MemoryUse memoryUse(bool cuda);

/// Tensors on the CPU may have this many bytes; an allocation beyond throws c10::OutOfMemoryError. 0 takes the limit away.
void limitMemory(int64_t bytes);

}  // namespace pairwright
