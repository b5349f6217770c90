#include "zoo/convert/relabel.h"

#include <algorithm>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/convert/translate.h"

namespace zoo {
namespace {

GlobalPool pool_read_by(const TranslatedTensor* head, const ArchSpec& spec) {
  const bool is_matrix = head != nullptr && head->tensor.shape.size() == 2;
  return is_matrix ? pool_of_head(spec, head->tensor.shape[1]) : GlobalPool::avg;
}

// Nothing is missing (but counters), nothing is left over, all shapes agree.
bool is_exactly(const TranslatedTensors& translated, const ArchSpec& spec) {
  const TranslatedTensor* head = translated.find("fc.weight");
  const TranslatedTensor* stem = translated.find(first_conv_name(spec));
  if (stem == nullptr || stem->tensor.shape.size() != 4) return false;
  const int64_t classes = head != nullptr && head->tensor.shape.size() == 2 ? head->tensor.shape[0] : 0;
  const TensorListOptions options{
      .num_classes = classes, .in_channels = stem->tensor.shape[1], .global_pool = pool_read_by(head, spec)};
  size_t found = 0;
  for (const TensorSpec& wanted : list_tensors(spec, options)) {
    const TranslatedTensor* tensor = translated.find(wanted.name);
    if (tensor == nullptr && wanted.role == Role::counter) continue;
    if (tensor == nullptr || tensor->tensor.shape != wanted.shape) return false;
    ++found;
  }
  return found == translated.tensors.size();
}

std::optional<ArchSpec> infer(const TranslatedTensors& translated) {
  std::vector<NamedShape> shapes;
  for (const TranslatedTensor& tensor : translated.tensors) {
    if (tensor.name.empty()) return std::nullopt;
    shapes.push_back({tensor.name, tensor.tensor.shape});
  }
  return infer_arch(shapes);
}

[[noreturn]] void refuse(const std::string& file, const std::vector<ArchFit>& fits,
                         const TranslatedTensors& translated) {
  std::string what = "its tensors are not exactly those of a ResNet";
  if (!fits.empty()) {
    what += "; the nearest is " + std::string(fits.front().arch->name) + ", of which it lacks " +
            std::to_string(fits.front().missing) + " and to which it adds " +
            std::to_string(fits.front().unexpected);
  }
  const auto foreign = std::ranges::find(translated.tensors, "", &TranslatedTensor::name);
  if (foreign != translated.tensors.end()) what += ", such as '" + excerpt(foreign->file_name) + "'";
  throw Error(ErrorCode::mismatch, file, what, "Without --layout its names are kept.");
}

TensorView zero_counter() {
  static constexpr int64_t kZero = 0;
  TensorView view = contiguous_view(DType::i64, {});
  view.storage = std::as_bytes(std::span(&kZero, 1));
  view.device = "cpu";
  return view;
}

}  // namespace

Relabelled relabel(StateDict state, Layout to, const std::string& file, const ArchSpec* known) {
  const std::vector<ArchFit> fits = fit_archs(shapes_of(state.tensors));
  std::optional<ArchSpec> spec;
  TranslatedTensors translated;
  if (known != nullptr) {
    translated = translate(state, file, known);
    if (is_exactly(translated, *known)) spec = *known;
  }
  if (!spec) {
    const ArchSpec* row = !fits.empty() && fits.front().exact() ? fits.front().arch : nullptr;
    translated = translate(std::move(state), file, row);
    spec = row != nullptr ? *row : infer(translated);
  }
  if (!spec) refuse(file, fits, translated);
  const TranslatedTensor* head = translated.find("fc.weight");
  if (head != nullptr && !translated.between.empty()) refuse_between(translated, file);
  const GlobalPool pool = pool_read_by(head, *spec);
  std::string lack = cannot_say(to, *spec);
  if (lack.empty()) lack = cannot_say(to, pool, /*output_stride=*/0);
  if (!lack.empty()) {
    throw Error(
        ErrorCode::unsupported, file,
        "is a " + std::string(spec->name) + ", and " + std::string(to_string(to)) + "'s layout " + lack);
  }

  Relabelled result;
  result.arch = *spec;
  result.from = translated.layout;
  result.notes = translated.notes;
  result.global_pool = pool;
  const TranslatedTensor* stem = translated.find(first_conv_name(*spec));
  if (head != nullptr) result.num_classes = head->tensor.shape.front();
  if (stem != nullptr) result.in_channels = stem->tensor.shape[1];
  for (const TensorSpec& tensor : list_tensors(*spec, result.sizes())) {
    const TranslatedTensor* found = translated.find(tensor.name);
    const TensorView view = found != nullptr ? found->tensor : zero_counter();
    std::string name = from_canonical(to, tensor.name, &*spec);
    if (!name.empty())
      result.tensors.push_back({std::move(name), view.permuted(foreign_axes(to, view.shape.size()))});
  }
  const bool transposed = !canonical_axes(translated.layout, 2).empty();
  if (transposed) result.tensors = owned_copies(result.tensors);
  return result;
}

}  // namespace zoo
