#include "values.h"

#include <cmath>
#include <unordered_set>

namespace pairwright {

using c10::IValue;
using c10::TypeKind;

int64_t TensorTable::add(at::Tensor tensor) {
  const int64_t handle = next_++;
  tensors_.emplace(handle, std::move(tensor));
  return handle;
}

at::Tensor& TensorTable::get(int64_t handle) {
  const auto found = tensors_.find(handle);
  TORCH_CHECK(found != tensors_.end(), "tensor handle ", handle, " is not live: it was freed or never made");
  return found->second;
}

void TensorTable::remove(int64_t handle) {
  TORCH_CHECK(tensors_.erase(handle) == 1, "tensor handle ", handle, " is not live: it was freed or never made");
}

size_t TensorTable::bytes() const {
  std::unordered_set<const void*> seen;
  size_t total = 0;
  for (const auto& [handle, tensor] : tensors_) {
    if (seen.insert(tensor.storage().unsafeGetStorageImpl()).second) total += tensor.storage().nbytes();
  }
  return total;
}

double readNumber(napi_env env, napi_value value) {
  double number = 0;
  TORCH_CHECK(napi_get_value_double(env, value, &number) == napi_ok, "expected a number");
  return number;
}

int64_t readInteger(napi_env env, napi_value value) {
  const double number = readNumber(env, value);
  TORCH_CHECK(std::trunc(number) == number && std::abs(number) <= 9007199254740991.0, "expected an integer, got ", number);
  return static_cast<int64_t>(number);
}

bool readBoolean(napi_env env, napi_value value) {
  bool result = false;
  TORCH_CHECK(napi_get_value_bool(env, value, &result) == napi_ok, "expected a boolean");
  return result;
}

std::string readString(napi_env env, napi_value value) {
  size_t length = 0;
  TORCH_CHECK(napi_get_value_string_utf8(env, value, nullptr, 0, &length) == napi_ok, "expected a string");
  std::string text(length, '\0');
  PW_NAPI(napi_get_value_string_utf8(env, value, text.data(), length + 1, &length));
  return text;
}

namespace {

/// Calls `visit` with each element of a JavaScript array.
template <class Visit>
void eachElement(napi_env env, napi_value array, Visit visit) {
  uint32_t length = 0;
  TORCH_CHECK(napi_get_array_length(env, array, &length) == napi_ok, "expected an array");
  for (uint32_t index = 0; index < length; index++) {
    napi_value element;
    PW_NAPI(napi_get_element(env, array, index, &element));
    visit(element);
  }
}

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type;
  PW_NAPI(napi_typeof(env, value, &type));
  return type;
}

/// A Scalar argument. JavaScript has one number type, so integral values go as integers: in torch that keeps an int32
/// tensor int32 and changes nothing for a float tensor.
IValue readScalar(napi_env env, napi_value value) {
  const double number = readNumber(env, value);
  if (std::isfinite(number) && std::trunc(number) == number && std::abs(number) < 2147483648.0) {
    return static_cast<int64_t>(number);
  }
  return number;
}

IValue readList(napi_env env, TensorTable& table, napi_value value, TypeKind element) {
  switch (element) {
    case TypeKind::TensorType: {
      std::vector<at::Tensor> list;
      eachElement(env, value, [&](napi_value item) { list.push_back(table.get(readInteger(env, item))); });
      return list;
    }
    case TypeKind::OptionalType: {
      c10::List<std::optional<at::Tensor>> list;
      eachElement(env, value, [&](napi_value item) {
        if (typeOf(env, item) == napi_null) list.push_back(std::nullopt);
        else list.push_back(table.get(readInteger(env, item)));
      });
      return list;
    }
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return readIntegers(env, value);
    default:
      TORCH_CHECK(false, "lists of ", c10::typeKindToString(element), " are not supported as arguments");
  }
}

}  // namespace

std::vector<int64_t> readIntegers(napi_env env, napi_value value) {
  std::vector<int64_t> list;
  eachElement(env, value, [&](napi_value item) { list.push_back(readInteger(env, item)); });
  return list;
}

napi_value makeNumber(napi_env env, double value) {
  napi_value result;
  PW_NAPI(napi_create_double(env, value, &result));
  return result;
}

napi_value makeString(napi_env env, const std::string& value) {
  napi_value result;
  PW_NAPI(napi_create_string_utf8(env, value.data(), value.size(), &result));
  return result;
}

Operator findOperator(const std::string& name) {
  const auto dot = name.find('.');
  const std::string base = name.substr(0, dot);
  const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
  Operator found{c10::Dispatcher::singleton().findSchemaOrThrow(base.c_str(), overload.c_str()), {}, false};
  for (const auto& argument : found.handle.schema().arguments()) {
    auto type = argument.type();
    const bool optional = type->kind() == TypeKind::OptionalType;
    if (optional) type = type->castRaw<c10::OptionalType>()->getElementType();
    const TypeKind element =
        type->kind() == TypeKind::ListType ? type->castRaw<c10::ListType>()->getElementType()->kind() : TypeKind::AnyType;
    found.arguments.push_back({type->kind(), element, optional, argument.default_value()});
  }
  for (const auto& result : found.handle.schema().returns()) {
    if (result.alias_info() != nullptr && result.alias_info()->isWrite()) found.inPlace = true;
  }
  return found;
}

IValue readArgument(napi_env env, TensorTable& table, napi_value value, const Argument& argument) {
  const napi_valuetype type = typeOf(env, value);
  if (type == napi_undefined && argument.standard) return *argument.standard;
  if (type == napi_null || type == napi_undefined) {
    TORCH_CHECK(argument.optional, "argument may not be null");
    return {};
  }
  switch (argument.kind) {
    case TypeKind::TensorType:
      return table.get(readInteger(env, value));
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return readInteger(env, value);
    case TypeKind::FloatType:
      return readNumber(env, value);
    case TypeKind::BoolType:
      return readBoolean(env, value);
    case TypeKind::NumberType:
      return readScalar(env, value);
    case TypeKind::StringType:
      return readString(env, value);
    case TypeKind::DeviceObjType:
      return c10::Device(readString(env, value));
    case TypeKind::ListType:
      return readList(env, table, value, argument.element);
    default:
      TORCH_CHECK(false, "arguments of type ", c10::typeKindToString(argument.kind), " are not supported");
  }
}

napi_value makeResult(napi_env env, TensorTable& table, const IValue& value, std::vector<int64_t>& added) {
  const auto addHandle = [&](const at::Tensor& tensor) {
    added.push_back(table.add(tensor));
    return makeNumber(env, static_cast<double>(added.back()));
  };
  napi_value result;
  if (value.isTensor() && value.toTensor().defined()) return addHandle(value.toTensor());
  if (value.isInt()) return makeNumber(env, static_cast<double>(value.toInt()));
  if (value.isDouble()) return makeNumber(env, value.toDouble());
  if (value.isBool()) {
    PW_NAPI(napi_get_boolean(env, value.toBool(), &result));
    return result;
  }
  if (value.isTensorList()) {
    const auto tensors = value.toTensorVector();
    PW_NAPI(napi_create_array_with_length(env, tensors.size(), &result));
    for (size_t index = 0; index < tensors.size(); index++) {
      PW_NAPI(napi_set_element(env, result, index, addHandle(tensors[index])));
    }
    return result;
  }
  PW_NAPI(napi_get_null(env, &result));
  return result;
}

}  // namespace pairwright
