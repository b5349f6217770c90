#include "zoo/models/load.h"

#include <algorithm>
#include <map>
#include <utility>

#include <ATen/core/grad_mode.h>

#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/base/text.h"
#include "zoo/convert/translate.h"
#include "zoo/models/adapt_input.h"
#include "zoo/models/tensor_bridge.h"

namespace zoo {
namespace {

constexpr size_t kListed = 3;  // tensors named in a message; the rest is a number

bool is_head(std::string_view name) {
  return name.starts_with("fc.");
}
bool is_counter(std::string_view name) {
  return name.ends_with(".num_batches_tracked");
}

struct Copy {
  torch::Tensor to;
  const TensorView* from;  // nullptr: a counter that the file lacks becomes 0
  bool adapts = false;     // to the model's input channels
};
struct Mismatch {
  std::string name, file_name;
  std::vector<int64_t> in_file, in_model;
};
struct Plan {
  std::vector<Copy> copies;
  std::vector<Mismatch> mismatched;
  std::vector<Mismatch> replaced;                // of the head, where the model keeps its own
  std::vector<std::string> missing, unexpected;  // canonical names; the file's names
  bool new_head = false;
  std::string adapted;
  int64_t wanted = 0;  // tensors of the model, counters not counted
};

bool same_shape(const torch::Tensor& model, const TensorView& file) {
  return model.sizes().vec() == file.shape;
}

// True for a first convolution that differs in nothing but the model's input channels.
bool is_adaptable(std::string_view name, const torch::Tensor& model, const TensorView& file) {
  if (name != "conv1.weight" && name != "conv1.0.weight") return false;
  if (file.shape.size() != 4 || file.shape[1] != kPublishedChannels) return false;
  std::vector<int64_t> wanted = file.shape;
  wanted[1] = model.size(1);
  return model.sizes().vec() == wanted;
}

void require_dtype(const TranslatedTensor& tensor, const std::string& path) {
  const DType dtype = tensor.tensor.dtype;
  if (is_weight_dtype(dtype) || (is_counter(tensor.name) && is_counter_dtype(dtype))) return;
  throw Error(ErrorCode::unsupported, path,
              "tensor '" + tensor.file_name + "' has dtype " + std::string(to_string(dtype)) +
                  ", expected float64, float32, float16 or bfloat16",
              "Use a checkpoint that is not quantized.");
}

Plan match(const ResNet& model, const TranslatedTensors& file, HeadPolicy head, const std::string& path) {
  Plan plan;
  std::map<std::string_view, const TranslatedTensor*> unused;
  for (const TranslatedTensor& tensor : file.tensors) {
    if (tensor.name.empty()) {
      plan.unexpected.push_back(tensor.file_name);
    } else {
      unused.emplace(tensor.name, &tensor);
    }
  }
  const auto wanted = state_dict(model);
  if (head == HeadPolicy::replace) {
    const bool fits = std::ranges::all_of(wanted, [&](const auto& tensor) {
      if (!is_head(tensor.first)) return true;
      const auto found = unused.find(tensor.first);
      return found != unused.end() && same_shape(tensor.second, found->second->tensor);
    });
    plan.new_head = model->fc ? !fits : unused.contains("fc.weight");
    if (plan.new_head) std::erase_if(unused, [](const auto& entry) { return is_head(entry.first); });
  }

  for (const auto& [name, tensor] : wanted) {
    if (plan.new_head && is_head(name)) {
      const TranslatedTensor* head_tensor = file.find(name);
      if (head_tensor != nullptr) {
        plan.replaced.push_back(
            {name, head_tensor->file_name, head_tensor->tensor.shape, tensor.sizes().vec()});
      }
      continue;
    }
    const bool counter = is_counter(name);
    if (!counter) ++plan.wanted;
    const auto found = unused.find(name);
    if (found == unused.end()) {
      if (counter) {
        plan.copies.push_back({tensor, nullptr});
      } else {
        plan.missing.push_back(name);
      }
      continue;
    }
    const TranslatedTensor& source = *found->second;
    unused.erase(found);
    require_dtype(source, path);
    if (same_shape(tensor, source.tensor) || (counter && source.tensor.numel() == 1)) {
      plan.copies.push_back({tensor, &source.tensor});
    } else if (is_adaptable(name, tensor, source.tensor)) {
      plan.copies.push_back({tensor, &source.tensor, /*adapts=*/true});
      plan.adapted = source.file_name + ": 3 input channels in the file, " + std::to_string(tensor.size(1)) +
                     " in the model";
    } else {
      plan.mismatched.push_back({name, source.file_name, source.tensor.shape, tensor.sizes().vec()});
    }
  }
  for (const auto& entry : unused) plan.unexpected.push_back(entry.second->file_name);
  return plan;
}

// "a, b, c and 9 more"
std::string some(std::vector<std::string> all) {
  const size_t count = all.size();
  all.resize(std::min(count, kListed));
  return join(all, ", ") + (count > kListed ? " and " + std::to_string(count - kListed) + " more" : "");
}

// What the user can do about a file that does not fit the model's architecture.
std::string architecture_remedy(const ResNet& model, const TranslatedTensors& file) {
  std::vector<NamedShape> shapes;
  for (const TranslatedTensor& tensor : file.tensors) {
    shapes.push_back({tensor.file_name, tensor.tensor.shape});
  }
  std::vector<std::string> fitting;
  for (const ArchFit& fit : fit_archs(shapes)) {
    if (fit.exact() && fit.arch->name != model->spec().name) fitting.emplace_back(fit.arch->name);
  }
  if (fitting.empty()) return "'zoo inspect' shows the file's tensors and the architectures that they fit.";
  return "The file fits " + join(fitting, " and ") + ": use '--arch " + fitting.front() + "'.";
}

std::string describe_mismatches(const Plan& plan) {
  std::vector<std::string> each;
  for (const Mismatch& tensor : plan.mismatched) {
    each.push_back("tensor '" + tensor.file_name + "' is " + shape_text(tensor.in_file) +
                   ", the model wants " + shape_text(tensor.in_model));
  }
  return some(std::move(each));
}

std::string describe_missing(const Plan& plan, std::string_view arch) {
  std::vector<std::string> each;
  for (const std::string& name : plan.missing) {
    const auto nearest = nearest_names(name, plan.unexpected, 1);
    each.push_back("'" + name + "'" +
                   (nearest.empty() ? "" : " (nearest in the file: '" + nearest.front() + "')"));
  }
  return std::to_string(plan.missing.size()) + " of " + std::to_string(plan.wanted) + " tensors of " +
         std::string(arch) + " are missing: " + some(std::move(each));
}

std::string describe_unexpected(const Plan& plan, std::string_view arch) {
  std::vector<std::string> each;
  for (const std::string& name : plan.unexpected) each.push_back("'" + name + "'");
  return std::to_string(plan.unexpected.size()) + " of its tensors are not part of " + std::string(arch) +
         ": " + some(std::move(each));
}

// Throws if the plan is not what the options allow.
void check(const Plan& plan, const ResNet& model, const TranslatedTensors& file, bool strict,
           const std::string& path) {
  const std::string_view arch = model->spec().name;
  const bool backbone_fits =
      std::ranges::all_of(plan.missing, is_head) &&
      std::ranges::all_of(plan.mismatched, [](const Mismatch& tensor) { return is_head(tensor.name); });
  std::vector<std::string> wrong;
  if (!plan.mismatched.empty()) wrong.push_back(describe_mismatches(plan));
  if (!plan.missing.empty() && (strict || !backbone_fits)) wrong.push_back(describe_missing(plan, arch));
  if (!plan.unexpected.empty() && strict) wrong.push_back(describe_unexpected(plan, arch));
  if (wrong.empty() && strict && !file.between.empty() && model->fc && !plan.new_head)
    refuse_between(file, path);
  if (wrong.empty()) return;
  const bool head_alone = backbone_fits && !(plan.mismatched.empty() && plan.missing.empty());
  throw Error(ErrorCode::mismatch, path, join(wrong, "; "),
              head_alone ? "'zoo finetune' gives it a new head; in C++ use HeadPolicy::replace."
                         : architecture_remedy(model, file));
}

void copy(Copy& copy) {
  if (copy.from == nullptr) {
    copy.to.zero_();
  } else if (copy.adapts) {
    copy.to.copy_(adapt_input_channels(to_tensor(*copy.from), copy.to.size(1)));
  } else {
    copy.to.copy_(to_tensor(*copy.from).view(copy.to.sizes()));
  }
}

// LibTorch would split each tensor over its threads and wait for all of them each time, so what needs no
// conversion is copied by whole tensors.
void copy_all(std::vector<Copy>& copies) {
  const at::NoGradGuard no_grad;
  std::vector<const Copy*> plain;
  size_t bytes = 0;
  for (Copy& one : copies) {
    if (one.from == nullptr || one.adapts || !takes_elements_of(one.to, *one.from)) {
      copy(one);
    } else {
      plain.push_back(&one);
      bytes += static_cast<size_t>(one.from->bytes());
    }
  }
  run_parallel(plain.size(), bytes, [&](size_t i) {
    plain[i]->from->copy_to(static_cast<std::byte*>(plain[i]->to.mutable_data_ptr()));
  });
}

LoadReport report(Plan plan, const TranslatedTensors& file) {
  LoadReport result;
  result.loaded = std::ranges::count_if(plan.copies, [](const Copy& copy) { return copy.from != nullptr; });
  result.missing = std::move(plan.missing);
  for (const auto* others : {&file.between, &file.beside}) {
    for (const NamedTensor& tensor : *others) result.unexpected.push_back(tensor.name);
  }
  result.unexpected.insert(result.unexpected.end(), plan.unexpected.begin(), plan.unexpected.end());
  for (const Mismatch& tensor : plan.replaced) {
    result.mismatched.push_back(tensor.file_name + ": " + shape_text(tensor.in_file) + " in the file, " +
                                shape_text(tensor.in_model) + " in the model");
  }
  result.translated_from = file.layout;
  result.wrapper = file.wrapper;
  result.head_replaced = plan.new_head;
  result.adapted = std::move(plan.adapted);
  return result;
}

void collect(const torch::nn::Module& module, const std::string& prefix,
             std::vector<std::pair<std::string, torch::Tensor>>& tensors) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) {
    tensors.emplace_back(prefix + item.key(), item.value());
  }
  for (const auto& item : module.named_buffers(/*recurse=*/false)) {
    tensors.emplace_back(prefix + item.key(), item.value());
  }
  for (const auto& child : module.named_children())
    collect(*child.value(), prefix + child.key() + ".", tensors);
}

}  // namespace

std::string LoadReport::summary() const {
  std::string text =
      std::to_string(loaded) + " tensors loaded (" + std::string(to_string(translated_from)) + " names";
  if (!wrapper.empty()) text += ", inside " + wrapper;
  text += ")";
  if (head_replaced) text += "; the head is new";
  if (!adapted.empty()) text += "; adapted " + adapted;
  if (!missing.empty()) text += "; missing " + some(missing);
  if (!unexpected.empty()) text += "; left out " + some(unexpected);
  return text;
}

LoadReport load(ResNet& model, const Checkpoint& checkpoint, const LoadOptions& options) {
  const std::string path = checkpoint.path().string();
  const TranslatedTensors file = translate(checkpoint, model->spec(), options.layout, options.renamings);
  Plan plan = match(model, file, options.head, path);
  check(plan, model, file, options.strict, path);

  copy_all(plan.copies);
  return report(std::move(plan), file);
}

std::vector<std::pair<std::string, torch::Tensor>> state_dict(const ResNet& model) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  collect(*model, "", tensors);
  return tensors;
}

std::vector<NamedTensor> to_named_tensors(const ResNet& model) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : state_dict(model)) tensors.push_back({name, to_view(tensor)});
  return tensors;
}

}  // namespace zoo
