#include "zoo/layouts/net_names.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>
#include <utility>

#include "zoo/base/text.h"

namespace zoo {
namespace {

// Modules that hold one other and compute what it computes: DataParallel, torch.compile, FSDP, activation
// checkpointing, fairscale, Lightning Fabric, Opacus.
constexpr std::array<std::string_view, 7> kWrappers{
    "module",          "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_fpw_module",
    "_forward_module", "_module"};
// What people call the one net that they train; see choose().
constexpr std::array<std::string_view, 5> kUsual{"model", "net", "network", "state_dict", "timm_model"};
// Words in the names of nets that follow another one.
constexpr std::array<std::string_view, 9> kFollowers{"ema", "momentum", "target", "averaged", "average",
                                                     "avg", "swa",      "k",      "key"};
// Modules of a net's backbone, and what it may have between its last map and its head; numbers stripped.
constexpr std::array<std::string_view, 5> kBackbone{"conv", "bn", "stem", "layer", "maxpool"};
constexpr std::array<std::string_view, 9> kBetween{"avgpool", "global_pool", "globalpool", "pool", "gem",
                                                   "neck",    "bnneck",      "attnpool",   "norm"};
// Tensors of a module that prepares pictures as preprocessing does.
constexpr std::array<std::string_view, 2> kPreparations{"mean", "std"};
// Of nets in a file; in one with more nothing decides.
constexpr size_t kMostNets = 16;

// The names that tell a net, and where it begins.
struct Stem {
  std::string_view stem, block;
  std::string_view own;  // the last word of the prefix that belongs to the layout's names
};
constexpr std::string_view kOpenMMLab = "backbone.", kHuggingFace = "resnet.";
constexpr std::array kStems{
    Stem{"conv1.weight", "layer1.0.conv1.weight", kOpenMMLab},
    Stem{"conv1.0.weight", "layer1.0.conv1.weight", kOpenMMLab},
    Stem{"stem.0.conv.weight", "layer1.0.conv1.weight", kOpenMMLab},
    Stem{"embedder.embedder.convolution.weight", "encoder.stages.0.layers.0.layer.0.convolution.weight",
         kHuggingFace},
};

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string_view first_segment(std::string_view name) {
  return name.substr(0, name.find('.'));
}

// The last segment is the tensor's own name.
std::string without_wrappers(std::string_view name) {
  std::string result;
  for (size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!contains(kWrappers, name.substr(0, dot))) result += name.substr(0, dot + 1);
    name.remove_prefix(dot + 1);
  }
  return result.append(name);
}

struct Candidate {
  std::string prefix;  // of names without wrappers
  std::string shown;   // of the file's names
  std::optional<Layout> layout;
  std::string_view own = {};  // what of the layout's own prefix stands behind `shown`
  size_t stem = 0;            // index of the stem's first weight
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class Search {
 public:
  explicit Search(std::span<const NamedShape> tensors) : tensors_(tensors) {
    for (const NamedShape& tensor : tensors) names_.push_back(without_wrappers(tensor.name));
    all_.insert(names_.begin(), names_.end());
  }

  NetNames run() {
    const std::vector<Candidate> candidates = find_candidates();
    if (candidates.empty()) return everything();
    const std::vector<Candidate> chosen = candidates.size() < kMostNets ? choose(candidates) : candidates;
    NetNames result;
    if (chosen.size() > 1) {
      for (const Candidate& candidate : chosen) {
        const auto alike = std::ranges::count(chosen, candidate.shown, &Candidate::shown);
        result.ambiguous.push_back(candidate.shown + std::string(alike > 1 ? candidate.own : ""));
      }
      return result;
    }
    for (const Candidate& candidate : candidates) {
      if (candidate.prefix != chosen.front().prefix) result.others.push_back(candidate.shown);
    }
    take(chosen.front(), result);
    find_between(chosen.front(), candidates, result);
    return result;
  }

 private:
  std::vector<std::string> names_under(std::string_view prefix) const {
    std::vector<std::string> names;
    for (const std::string& name : names_) {
      if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
    }
    return names;
  }

  static int64_t known(std::optional<Layout> layout, const std::vector<std::string>& names) {
    if (!layout) return 0;
    return std::ranges::count_if(
        names, [&](const std::string& name) { return to_canonical(*layout, name).has_value(); });
  }

  // With or without the word that may be a wrapper's or the layout's: what makes more names known.
  Candidate candidate_at(std::string prefix, const Stem& stem, size_t index) const {
    const std::string_view file_name = tensors_[index].name;
    std::string_view own;
    std::vector<std::string> names = names_under(prefix);
    std::optional<Layout> layout = recognise_layout(names);
    const bool boundary = prefix.size() == stem.own.size() || prefix.ends_with("." + std::string(stem.own));
    if (prefix.ends_with(stem.own) && boundary) {
      const std::string shorter = prefix.substr(0, prefix.size() - stem.own.size());
      const std::vector<std::string> more = names_under(shorter);
      const std::optional<Layout> other = recognise_layout(more);
      if (known(other, more) >= known(layout, names)) {
        prefix = shorter;
        layout = other;
        own = stem.own;
      }
    }
    const std::string ending = std::string(own) + std::string(stem.stem);
    std::string shown = file_name.ends_with(ending)
                            ? std::string(file_name.substr(0, file_name.size() - ending.size()))
                            : prefix;
    return {std::move(prefix), std::move(shown), layout, own, index};
  }

  std::vector<Candidate> find_candidates() const {
    std::vector<Candidate> candidates;
    std::set<std::string> seen;
    for (size_t i = 0; i < names_.size(); ++i) {
      for (const Stem& stem : kStems) {
        if (!names_[i].ends_with(stem.stem)) continue;
        const std::string prefix = names_[i].substr(0, names_[i].size() - stem.stem.size());
        if (!prefix.empty() && !prefix.ends_with('.')) continue;
        if (!all_.contains(prefix + std::string(stem.block)) || !seen.insert(prefix).second) continue;
        if (seen.size() > kMostNets) return candidates;
        candidates.push_back(candidate_at(prefix, stem, i));
      }
    }
    return candidates;
  }

  static bool has_word(const Candidate& candidate, std::string_view wanted) {
    return contains(split(to_lower(candidate.prefix), "._"), wanted);
  }
  static bool is_usual(const Candidate& candidate) {
    return std::ranges::all_of(split(candidate.prefix, "."),
                               [](const std::string& word) { return contains(kUsual, word); });
  }
  static bool is_follower(const Candidate& candidate) {
    return std::ranges::any_of(kFollowers, [&](std::string_view word) { return has_word(candidate, word); });
  }

  using Shapes = std::vector<std::pair<std::string, std::vector<int64_t>>>;
  Shapes shapes_of(const Candidate& candidate) const {
    Shapes shapes;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (!candidate.layout || !names_[i].starts_with(candidate.prefix)) continue;
      auto name = to_canonical(*candidate.layout, names_[i].substr(candidate.prefix.size()));
      if (name && !name->starts_with("fc.")) shapes.emplace_back(std::move(*name), tensors_[i].shape);
    }
    std::ranges::sort(shapes);
    return shapes;
  }

  // One, or those between which nothing decides.
  std::vector<Candidate> choose(const std::vector<Candidate>& candidates) const {
    std::vector<Candidate> left;
    std::ranges::remove_copy_if(candidates, std::back_inserter(left), is_follower);
    if (left.empty()) left = candidates;
    const auto keep_if = [&](const auto& wanted) {
      std::vector<Candidate> kept;
      std::ranges::copy_if(left, std::back_inserter(kept), wanted);
      if (kept.size() == 1) left = std::move(kept);
    };
    keep_if([](const Candidate& candidate) { return candidate.prefix.empty(); });
    if (left.size() > 1) keep_if(is_usual);
    if (left.size() != 2) return left;
    const bool first = has_word(left[0], "teacher");
    const Candidate &teacher = left[first ? 0 : 1], &student = left[first ? 1 : 0];
    if (!has_word(teacher, "teacher") || !has_word(student, "student")) return left;
    return {shapes_of(teacher) == shapes_of(student) ? teacher : student};
  }

  // What the wrappers leave of names that do not tell a net.
  NetNames everything() const {
    NetNames result;
    std::vector<std::string> names;
    for (const NamedShape& tensor : tensors_) names.push_back(tensor.name);
    result.prefix = common_wrapper_prefix(names);
    const size_t cleaned = common_wrapper_prefix(names_).size();
    names = names_;
    for (std::string& name : names) name.erase(0, cleaned);
    result.layout = recognise_layout(names);
    for (std::string& name : names) result.tensors.push_back({Place::net, std::move(name)});
    return result;
  }

  // Of the layout, in the net's own names: its modules' beginnings.
  struct Parts {
    std::string_view backbone, head;  // "" where the names begin with the modules
  };
  static Parts parts_of(Layout layout) {
    switch (layout) {
      case Layout::openmmlab:
        return {"backbone", "head"};
      case Layout::huggingface:
      case Layout::huggingface_flax:
      case Layout::huggingface_tf:
        return {"resnet", "classifier"};
      case Layout::akamaster:
        return {"", "linear"};
      case Layout::torchvision:
      case Layout::timm:
        break;
    }
    return {"", "fc"};
  }

  // Also timm's fc_norm, and bn_head, head_bn, pre_layernorm as people call them; not what prepares pictures.
  static bool stands_between(std::string_view module, std::string_view name) {
    if (contains(kBetween, module)) return true;
    if (module.find('_') == std::string_view::npos ||
        contains(kPreparations, name.substr(name.rfind('.') + 1)))
      return false;
    return std::ranges::any_of(split(module, "_"), [](std::string_view word) {
      return word == "bn" || word.ends_with("norm") || contains(kBetween, word);
    });
  }

  // Of a name that no ResNet of zoo's has.
  static Place place_of(std::string_view name, Layout layout, bool has_head) {
    const Parts parts = parts_of(layout);
    const std::string_view segment = first_segment(name);
    if (segment == parts.head) return has_head ? Place::net : Place::beside;
    const std::string_view module = segment.substr(0, segment.find_last_not_of("0123456789") + 1);
    if (stands_between(module, name)) return Place::between;
    if (!parts.backbone.empty()) {
      const bool headless = layout == Layout::huggingface && (segment == "embedder" || segment == "encoder");
      return segment == parts.backbone || headless ? Place::net : Place::beside;
    }
    return contains(kBackbone, module) ? Place::net : Place::beside;
  }

  // "fc.1.weight" and "fc.1.bias" where they are all of the head. (SimSiam's projection has no bias.)
  void name_head(Layout layout, NetNames& result) const {
    const std::string head = std::string(parts_of(layout).head) + ".";
    std::vector<size_t> found;
    size_t matrix = names_.size();
    for (size_t i = 0; i < names_.size(); ++i) {
      const std::string& name = result.tensors[i].name;
      if (!name.starts_with(head)) continue;
      found.push_back(i);
      if (name.ends_with(".weight") && tensors_[i].shape.size() == 2) matrix = i;
    }
    if (matrix == names_.size() || found.size() != 2) return;
    const std::string& weight = result.tensors[matrix].name;
    const std::string module = weight.substr(0, weight.size() - std::string_view("weight").size());
    const bool alone = std::ranges::all_of(
        found, [&](size_t i) { return i == matrix || result.tensors[i].name == module + "bias"; });
    if (!alone) return;
    for (const size_t i : found) {
      const bool is_weight = i == matrix;
      result.tensors[i].name = from_canonical(layout, is_weight ? "fc.weight" : "fc.bias");
    }
  }

  void take(const Candidate& net, NetNames& result) const {
    result.prefix = net.shown;
    result.layout = net.layout;
    result.tensors.resize(names_.size());
    for (size_t i = 0; i < names_.size(); ++i) {
      if (names_[i].starts_with(net.prefix))
        result.tensors[i] = {Place::net, names_[i].substr(net.prefix.size())};
    }
    if (!net.layout) return;
    const auto is_head = [&](const NetTensor& tensor) {
      return tensor.place == Place::net && to_canonical(*net.layout, tensor.name) == "fc.weight";
    };
    if (!std::ranges::any_of(result.tensors, is_head)) name_head(*net.layout, result);
    const bool has_head = std::ranges::any_of(result.tensors, is_head);
    for (NetTensor& tensor : result.tensors) {
      if (tensor.place != Place::net || to_canonical(*net.layout, tensor.name)) continue;
      tensor.place = place_of(tensor.name, *net.layout, has_head);
    }
  }

  // Where in a Sequential a tensor stands that has the net under `prefix` as another member: -1 before it, 1
  // behind it; 0: nowhere.
  static int place_in_sequential(std::string_view name, std::string_view prefix) {
    while (!prefix.empty()) {
      const std::string_view ours = first_segment(prefix), theirs = first_segment(name);
      if (is_number(ours) && is_number(theirs) && ours != theirs)
        return std::stoi(std::string(theirs)) < std::stoi(std::string(ours)) ? -1 : 1;
      if (ours != theirs) return 0;
      prefix.remove_prefix(std::min(ours.size() + 1, prefix.size()));
      name.remove_prefix(std::min(theirs.size() + 1, name.size()));
    }
    return 0;
  }

  // Whether a tensor beside the net is of a layer that its pictures go through first, as a map of colours, or
  // one that reads its head's output: its place in a Sequential says so, or its shape. `channels` and
  // `classes` are what the net takes and gives; 0: no head.
  bool changes_answer(size_t index, std::string_view prefix, int64_t channels, int64_t classes) const {
    const std::string_view name = names_[index];
    if (contains(kPreparations, name.substr(name.rfind('.') + 1))) return false;
    const std::string module = to_lower(name.substr(0, name.rfind('.') + 1));
    if (module.find("loss") != std::string::npos || module.find("criterion") != std::string::npos)
      return false;
    if (const int place = place_in_sequential(name, prefix); place != 0) return place < 0 || classes > 0;
    const std::vector<int64_t>& shape = tensors_[index].shape;
    if (shape.empty()) return false;
    if (shape.front() == channels)
      return shape.size() == 4 || (shape.size() == 1 && name.ends_with(".running_mean"));
    return classes > 0 && shape.size() == 2 && shape[1] == classes && name.ends_with(".weight");
  }

  // Moves what changes_answer() from beside the net to between the pictures and the answer.
  void find_between(const Candidate& net, const std::vector<Candidate>& candidates, NetNames& result) const {
    const std::vector<int64_t>& stem = tensors_[net.stem].shape;
    int64_t classes = 0;
    for (size_t i = 0; i < names_.size() && net.layout; ++i) {
      const NetTensor& tensor = result.tensors[i];
      if (tensor.place != Place::net || to_canonical(*net.layout, tensor.name) != "fc.weight") continue;
      if (!tensors_[i].shape.empty()) classes = tensors_[i].shape.front();
    }
    for (size_t i = 0; i < names_.size(); ++i) {
      if (result.tensors[i].place != Place::beside) continue;
      const bool of_other_net = std::ranges::any_of(candidates, [&](const Candidate& candidate) {
        return candidate.prefix != net.prefix && names_[i].starts_with(candidate.prefix);
      });
      if (!of_other_net && changes_answer(i, net.prefix, stem.size() == 4 ? stem[1] : 0, classes))
        result.tensors[i].place = Place::between;
    }
  }

  std::span<const NamedShape> tensors_;
  std::vector<std::string> names_;
  std::unordered_set<std::string> all_;
};

}  // namespace

NetNames find_net(std::span<const NamedShape> tensors) {
  return Search(tensors).run();
}

std::string regex_of(std::string_view text) {
  std::string regex;
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos) regex += '\\';
    regex += c;
  }
  return regex;
}

std::string renaming_of_prefix(std::string_view prefix) {
  return "^" + regex_of(prefix) + "=";
}

}  // namespace zoo
