// A Node-API addon that calls any ATen operator by its schema, through c10::Dispatcher: no code per operator, so the same
// source serves every libtorch whose operators the TypeScript side names. Tensors are integer handles that JavaScript
// frees. A torch call that throws becomes a JavaScript Error with torch's message and leaves no tensor behind.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <atomic>
#include <cstring>
#include <new>

#include "memory.h"
#include "values.h"

namespace pairwright {
namespace {

/// What belongs to one JavaScript environment (main thread or worker thread); Node deletes it with the environment.
struct State {
  TensorTable tensors;
  std::vector<Operator> operators;
};

/// Bound of Node-API's argument buffer: the longest ATen schema in use has 17 arguments.
constexpr size_t kArgumentsMax = 32;

struct Call {
  napi_env env;
  State& state;
  const napi_value* arguments;
  size_t count;

  napi_value at(size_t index) const {
    TORCH_CHECK(index < count, "missing argument ", index);
    return arguments[index];
  }
};

/// The boundary: no C++ exception may cross into V8.
template <napi_value (*Function)(const Call&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    napi_value arguments[kArgumentsMax];
    size_t count = kArgumentsMax;
    void* state = nullptr;
    PW_NAPI(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr));
    TORCH_CHECK(count <= kArgumentsMax, "too many arguments: ", count);
    PW_NAPI(napi_get_instance_data(env, &state));
    // Gradients come from tfjs's own tape, so torch must record nothing.
    const at::NoGradGuard noGrad;
    return Function({env, *static_cast<State*>(state), arguments, count});
  } catch (const c10::OutOfMemoryError& error) {
    napi_throw_error(env, "ERR_LIBTORCH_MEMORY", error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "ERR_LIBTORCH_MEMORY", "not enough memory");
  } catch (const c10::Error& error) {
    // torch's own allocator for the CPU throws a plain error.
    const bool full = std::strstr(error.what_without_backtrace(), "not enough memory") != nullptr;
    napi_throw_error(env, full ? "ERR_LIBTORCH_MEMORY" : "ERR_LIBTORCH", error.what_without_backtrace());
  } catch (const std::exception& error) {
    napi_throw_error(env, "ERR_LIBTORCH", error.what());
  }
  return nullptr;
}

/// operator(name) -> operator id for `call`.
napi_value lookUpOperator(const Call& call) {
  call.state.operators.push_back(findOperator(readString(call.env, call.at(0))));
  return makeNumber(call.env, static_cast<double>(call.state.operators.size() - 1));
}

/// call(operatorId, ...arguments) -> handle | number | boolean | array of these | null. In-place operators give undefined.
napi_value callOperator(const Call& call) {
  Operator& target = call.state.operators.at(readInteger(call.env, call.at(0)));
  torch::jit::Stack stack;
  stack.reserve(target.arguments.size());
  for (size_t index = 0; index < target.arguments.size(); index++) {
    const Argument& argument = target.arguments[index];
    if (index + 1 < call.count) {
      stack.push_back(readArgument(call.env, call.state.tensors, call.arguments[index + 1], argument));
    } else {
      TORCH_CHECK(argument.standard, target.handle.schema().name(), ": missing argument ", index);
      stack.push_back(*argument.standard);
    }
  }
  target.handle.callBoxed(&stack);
  if (target.inPlace || stack.empty()) return nullptr;
  std::vector<int64_t> added;
  try {
    if (stack.size() == 1) return makeResult(call.env, call.state.tensors, stack[0], added);
    napi_value results;
    PW_NAPI(napi_create_array_with_length(call.env, stack.size(), &results));
    for (size_t index = 0; index < stack.size(); index++) {
      PW_NAPI(napi_set_element(call.env, results, index, makeResult(call.env, call.state.tensors, stack[index], added)));
    }
    return results;
  } catch (...) {
    for (const int64_t handle : added) call.state.tensors.remove(handle);
    throw;
  }
}

/// from(Float32Array | Int32Array | Uint8Array, shape, device) -> handle. The values are copied; Uint8Array makes a bool tensor.
napi_value fromTypedArray(const Call& call) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  TORCH_CHECK(napi_get_typedarray_info(call.env, call.at(0), &type, &length, &data, nullptr, nullptr) == napi_ok,
              "expected a typed array");
  TORCH_CHECK(type == napi_float32_array || type == napi_int32_array || type == napi_uint8_array,
              "expected a Float32Array, Int32Array or Uint8Array");
  const auto dtype = type == napi_float32_array ? at::kFloat : type == napi_int32_array ? at::kInt : at::kBool;
  at::Tensor tensor = at::empty(readIntegers(call.env, call.at(1)), dtype);
  TORCH_CHECK(static_cast<size_t>(tensor.numel()) == length, "shape holds ", tensor.numel(), " values, the array ", length);
  if (length > 0) std::memcpy(tensor.data_ptr(), data, length * tensor.element_size());
  return makeNumber(call.env, static_cast<double>(call.state.tensors.add(tensor.to(c10::Device(readString(call.env, call.at(2)))))));
}

/// read(handle) -> Float32Array for any float tensor, Uint8Array for bool, Int32Array otherwise. Waits for the device.
napi_value readTensor(const Call& call) {
  at::Tensor tensor = call.state.tensors.get(readInteger(call.env, call.at(0)));
  const bool floating = tensor.is_floating_point();
  const bool boolean = tensor.scalar_type() == at::kBool;
  tensor = tensor.to(at::kCPU, floating ? at::kFloat : boolean ? at::kBool : at::kInt).contiguous();
  const size_t bytes = tensor.numel() * tensor.element_size();
  napi_value buffer;
  napi_value result;
  void* data = nullptr;
  PW_NAPI(napi_create_arraybuffer(call.env, bytes, &data, &buffer));
  if (bytes > 0) std::memcpy(data, tensor.data_ptr(), bytes);
  const auto type = floating ? napi_float32_array : boolean ? napi_uint8_array : napi_int32_array;
  PW_NAPI(napi_create_typedarray(call.env, type, tensor.numel(), buffer, 0, &result));
  return result;
}

/// free(handle).
napi_value freeTensor(const Call& call) {
  call.state.tensors.remove(readInteger(call.env, call.at(0)));
  return nullptr;
}

/// describe(handle) -> [dtype, ...shape]; dtype is c10::ScalarType's number.
napi_value describeTensor(const Call& call) {
  const at::Tensor& tensor = call.state.tensors.get(readInteger(call.env, call.at(0)));
  napi_value result;
  PW_NAPI(napi_create_array_with_length(call.env, tensor.dim() + 1, &result));
  PW_NAPI(napi_set_element(call.env, result, 0, makeNumber(call.env, static_cast<double>(tensor.scalar_type()))));
  for (int64_t axis = 0; axis < tensor.dim(); axis++) {
    PW_NAPI(napi_set_element(call.env, result, axis + 1, makeNumber(call.env, static_cast<double>(tensor.size(axis)))));
  }
  return result;
}

/// memory() -> [live handles, bytes of their storages].
napi_value memory(const Call& call) {
  napi_value result;
  PW_NAPI(napi_create_array_with_length(call.env, 2, &result));
  PW_NAPI(napi_set_element(call.env, result, 0, makeNumber(call.env, static_cast<double>(call.state.tensors.size()))));
  PW_NAPI(napi_set_element(call.env, result, 1, makeNumber(call.env, static_cast<double>(call.state.tensors.bytes()))));
  return result;
}

/// memoryUse() -> [bytes that tensors occupy now, the most they have], on the GPU where there is one.
napi_value deviceMemory(const Call& call) {
  const MemoryUse use = memoryUse(at::hasCUDA());
  napi_value result;
  PW_NAPI(napi_create_array_with_length(call.env, 2, &result));
  PW_NAPI(napi_set_element(call.env, result, 0, makeNumber(call.env, static_cast<double>(use.now))));
  PW_NAPI(napi_set_element(call.env, result, 1, makeNumber(call.env, static_cast<double>(use.most))));
  return result;
}

/// limitMemory(bytes): bound of what tensors on the CPU may occupy; 0 takes it away.
napi_value setMemoryLimit(const Call& call) {
  limitMemory(readInteger(call.env, call.at(0)));
  return nullptr;
}

/// threads(count?) -> threads used inside one operator, after setting them where a count is given.
napi_value threads(const Call& call) {
  if (call.count > 0) {
    const int64_t count = readInteger(call.env, call.at(0));
    TORCH_CHECK(count > 0, "thread count must be positive, got ", count);
    at::set_num_threads(static_cast<int>(count));
  }
  return makeNumber(call.env, at::get_num_threads());
}

/// loopThreads() -> threads among which a loop of our own (elementwise.cc, attention.cc) is shared out.
napi_value loopThreads(const Call& call) {
  std::atomic<int> parts{0};
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) { parts++; });
  return makeNumber(call.env, parts);
}

/// device() -> "cuda" where this libtorch sees a GPU, else "cpu".
napi_value device(const Call& call) { return makeString(call.env, at::hasCUDA() ? "cuda" : "cpu"); }

/// seed(number): seeds torch's generators.
napi_value seed(const Call& call) {
  at::manual_seed(static_cast<uint64_t>(readInteger(call.env, call.at(0))));
  return nullptr;
}

template <napi_value (*Function)(const Call&)>
bool define(napi_env env, napi_value exports, const char* name) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Function>, nullptr, &function) == napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

}  // namespace
}  // namespace pairwright

NAPI_MODULE_INIT() {
  using namespace pairwright;
  takeOverMemory();
  auto* state = new State();
  const auto release = [](napi_env, void* data, void*) { delete static_cast<State*>(data); };
  if (napi_set_instance_data(env, state, release, nullptr) != napi_ok) {
    delete state;
    napi_throw_error(env, nullptr, "libtorch addon: could not set up its state");
    return exports;
  }
  const bool complete = define<lookUpOperator>(env, exports, "operator") && define<callOperator>(env, exports, "call") &&
                        define<fromTypedArray>(env, exports, "from") && define<readTensor>(env, exports, "read") &&
                        define<freeTensor>(env, exports, "free") && define<describeTensor>(env, exports, "describe") &&
                        define<memory>(env, exports, "memory") && define<deviceMemory>(env, exports, "memoryUse") &&
                        define<setMemoryLimit>(env, exports, "limitMemory") && define<threads>(env, exports, "threads") &&
                        define<loopThreads>(env, exports, "loopThreads") && define<device>(env, exports, "device") && define<seed>(env, exports, "seed");
  if (!complete) napi_throw_error(env, nullptr, "libtorch addon: could not define its functions");
  return exports;
}
