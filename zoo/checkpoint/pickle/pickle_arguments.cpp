#include "zoo/checkpoint/pickle/pickle_arguments.h"

#include <array>
#include <string_view>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr size_t kMaxTextLength = 255;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

}  // namespace

const Value& argument(const std::vector<Value>& args, size_t index) {
  if (index >= args.size()) fail("a tensor is rebuilt from " + std::to_string(args.size()) + " arguments");
  return args[index];
}

int64_t natural(const Value& value, const char* what) {
  const int64_t* number = value.as_int();
  if (number == nullptr || *number < 0) fail(std::string(what) + " is not a number from 0 to 2^63");
  return *number;
}

std::vector<int64_t> naturals(const Value& value, const char* what) {
  const auto* items = value.as_sequence();
  if (items == nullptr || items->size() > kMaxDims)
    fail(std::string(what) + " is not a tuple of at most 64 numbers");
  std::vector<int64_t> numbers;
  for (const Value& item : *items) numbers.push_back(natural(item, what));
  return numbers;
}

std::string short_text(const Value& value, const char* what) {
  const std::string* string = value.as_string();
  if (string == nullptr || string->size() > kMaxTextLength)
    fail(std::string(what) + " is not a short string");
  return *string;
}

void require_attributes_alone(const Value& state) {
  constexpr std::array<std::string_view, 3> kValues{"data", "real", "imag"};
  const auto refuse = [] { fail("gives a tensor other values by setting its state: no tensor is saved so"); };
  if (state.as_dict() == nullptr && !state.is_none()) refuse();
  for (const std::string_view name : kValues)
    if (state.find(name) != nullptr) refuse();
}

const std::string* global_name(const Value& value) {
  const Opaque* opaque = value.as_opaque();
  return opaque != nullptr && opaque->args.is_none() ? &opaque->class_name : nullptr;
}

}  // namespace zoo
