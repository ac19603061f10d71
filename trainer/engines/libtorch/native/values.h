// Values crossing between JavaScript and libtorch. Every function here throws c10::Error on a bad value; `addon.cc` turns
// that into a JavaScript Error at the boundary, so nothing below it needs to check a Node-API status by hand.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <node_api.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace pairwright {

#define PW_NAPI(call) TORCH_CHECK((call) == napi_ok, "Node-API call failed: " #call)

/// The tensors JavaScript holds, by handle. Handles are never reused, so a stale one is an error and never another tensor.
class TensorTable {
 public:
  int64_t add(at::Tensor tensor);
  at::Tensor& get(int64_t handle);
  void remove(int64_t handle);
  size_t size() const { return tensors_.size(); }
  /// Bytes of the distinct storages behind the live handles: views of one storage count once.
  size_t bytes() const;

 private:
  std::unordered_map<int64_t, at::Tensor> tensors_;
  int64_t next_ = 1;
};

/// One argument of an operator's schema, read once when the operator is looked up.
struct Argument {
  c10::TypeKind kind;
  /// What a list holds; AnyType where the argument is no list.
  c10::TypeKind element;
  bool optional;
  std::optional<c10::IValue> standard;
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Argument> arguments;
  /// Writes into one of its arguments: its result is that argument, which JavaScript already holds.
  bool inPlace;
};

/// Finds `aten::name` or `aten::name.overload`; throws where this libtorch has no such operator.
Operator findOperator(const std::string& name);

double readNumber(napi_env env, napi_value value);
int64_t readInteger(napi_env env, napi_value value);
bool readBoolean(napi_env env, napi_value value);
std::string readString(napi_env env, napi_value value);
std::vector<int64_t> readIntegers(napi_env env, napi_value value);

napi_value makeNumber(napi_env env, double value);
napi_value makeString(napi_env env, const std::string& value);

/// The dispatcher's value for a JavaScript argument: tensors are handles, `null` is None, `undefined` is the schema's default.
c10::IValue readArgument(napi_env env, TensorTable& table, napi_value value, const Argument& argument);

/// The JavaScript value of a result: a handle, number, boolean, array of handles, or null. Handles added for it are
/// appended to `added`, so that a failure half way can take them back.
napi_value makeResult(napi_env env, TensorTable& table, const c10::IValue& value, std::vector<int64_t>& added);

}  // namespace pairwright
