#include "zoo/convert/relabel.h"

#include <algorithm>
#include <utility>

#include "zoo/convert/translate.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

// The row of the table that the tensors are exactly; nullptr where there is none.
const ArchSpec* exact_arch(const std::vector<ArchFit>& fits, const std::string& preferred) {
  const ArchSpec* first = nullptr;
  for (const ArchFit& fit : fits) {
    if (!fit.exact()) continue;
    if (fit.arch->name == preferred) return fit.arch;
    if (first == nullptr) first = fit.arch;
  }
  return first;
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
  if (foreign != translated.tensors.end()) what += ", such as '" + foreign->file_name + "'";
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

Relabelled relabel(StateDict state, Layout to, const std::string& file, const std::string& arch) {
  const std::vector<ArchFit> fits = fit_archs(shapes_of(state.tensors));
  const ArchSpec* row = exact_arch(fits, arch);
  const TranslatedTensors translated = translate(std::move(state), file, row);
  const std::optional<ArchSpec> spec = row != nullptr ? *row : infer(translated);
  if (!spec) refuse(file, fits, translated);
  if (const std::string lack = cannot_say(to, *spec); !lack.empty()) {
    throw Error(
        ErrorCode::unsupported, file,
        "is a " + std::string(spec->name) + ", and " + std::string(to_string(to)) + "'s layout " + lack);
  }

  Relabelled result;
  result.arch = *spec;
  result.from = translated.layout;
  const TranslatedTensor* head = translated.find("fc.weight");
  const TranslatedTensor* stem = translated.find(first_conv_name(*spec));
  if (head != nullptr) result.num_classes = head->tensor.shape.front();
  if (stem != nullptr) result.in_channels = stem->tensor.shape[1];
  for (const TensorSpec& tensor :
       list_tensors(*spec, {.num_classes = result.num_classes, .in_channels = result.in_channels})) {
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
