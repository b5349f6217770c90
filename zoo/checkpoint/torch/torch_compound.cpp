#include "zoo/checkpoint/torch/torch_compound.h"

#include <algorithm>
#include <array>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/pickle/pickle_arguments.h"

namespace zoo {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

double real(const Value& value) {
  if (const double* number = value.as_double()) return *number;
  if (const int64_t* number = value.as_int()) return static_cast<double>(*number);
  fail("a scale of a quantized tensor is no number");
}

int64_t whole(const Value& value) {
  if (value.as_int() == nullptr) fail("a zero point of a quantized tensor is no whole number");
  return *value.as_int();
}

template <class Number>
Value tensor_of(DType dtype, const std::vector<Value>& items, Number (*number)(const Value&)) {
  const auto numbers = std::make_shared<std::vector<Number>>();
  for (const Value& item : items) numbers->push_back(number(item));
  TensorView view = contiguous_view(dtype, {static_cast<int64_t>(items.size())});
  view.storage = std::as_bytes(std::span(*numbers));
  view.device = "cpu";
  view.owner = numbers;
  return view;
}

std::shared_ptr<const TensorView> one_per_slice(const Value& value, int64_t slices) {
  const auto* tensor = std::get_if<std::shared_ptr<const TensorView>>(&value.data());
  if (tensor == nullptr || (*tensor)->shape != std::vector{slices})
    fail("a quantized tensor of " + std::to_string(slices) + " channels has another number of scales");
  return *tensor;
}

struct SparseLayout {
  std::string_view name;
  std::vector<std::string_view> parts;
};

const std::array<SparseLayout, 5>& sparse_layouts() {
  static const std::array<SparseLayout, 5> layouts{{
      {"torch.sparse_coo", {"indices", "values", "size"}},
      {"torch.sparse_csr", {"crow_indices", "col_indices", "values", "size"}},
      {"torch.sparse_csc", {"ccol_indices", "row_indices", "values", "size"}},
      {"torch.sparse_bsr", {"crow_indices", "col_indices", "values", "size"}},
      {"torch.sparse_bsc", {"ccol_indices", "row_indices", "values", "size"}},
  }};
  return layouts;
}

}  // namespace

std::shared_ptr<const Quantizer> read_quantizer(const Value& params, const TensorView& tensor) {
  const auto* items = params.as_sequence();
  if (items == nullptr || items->size() < 3) fail("a quantized tensor without its scale");
  Quantizer quantizer;
  Value scale = (*items)[1], zero_point = (*items)[2];
  if (items->size() == 3) {
    quantizer.scale = real(scale);
    quantizer.zero_point = whole(zero_point);
    return std::make_shared<const Quantizer>(quantizer);
  }
  quantizer.axis = natural((*items)[3], "the axis of a quantized tensor");
  if (quantizer.axis >= static_cast<int64_t>(tensor.shape.size())) {
    fail("a quantized tensor of the shape " + shape_text(tensor.shape) + " has the axis " +
         std::to_string(quantizer.axis));
  }
  if (scale.as_list() != nullptr) scale = tensor_of(DType::f64, scale.as_list()->items, real);
  if (zero_point.as_list() != nullptr) zero_point = tensor_of(DType::i64, zero_point.as_list()->items, whole);
  const int64_t slices = tensor.shape[static_cast<size_t>(quantizer.axis)];
  quantizer.scales = one_per_slice(scale, slices);
  quantizer.zero_points = one_per_slice(zero_point, slices);
  return std::make_shared<const Quantizer>(std::move(quantizer));
}

Value sparse_tensor(const std::vector<Value>& args) {
  // torch.serialization._get_layout("torch.sparse_coo")
  const Opaque* layout = argument(args, 0).as_opaque();
  const auto* layout_args = layout == nullptr ? nullptr : layout->args.as_sequence();
  const std::string name = layout_args == nullptr || layout_args->empty()
                               ? std::string()
                               : short_text(layout_args->front(), "the layout of a sparse tensor");
  const auto known = std::ranges::find(sparse_layouts(), name, &SparseLayout::name);
  if (known == sparse_layouts().end())
    throw Error(ErrorCode::unsupported, {}, "a sparse tensor of the layout '" + excerpt(name) + "'");
  const auto* parts = argument(args, 1).as_sequence();
  if (parts == nullptr || parts->size() < known->parts.size()) fail("a sparse tensor lacks parts");
  Dict members;
  for (size_t i = 0; i < known->parts.size(); ++i)
    members.emplace_back(std::string(known->parts[i]), (*parts)[i]);
  return Value::opaque(
      {.class_name = name + "_tensor", .args = Value::tuple({}), .state = Value::dict(std::move(members))});
}

}  // namespace zoo
