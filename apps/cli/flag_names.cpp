#include "apps/cli/flag_names.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace zoo::apps {
namespace {

struct FieldName {
  std::string_view field, flag;  // no flag: the field's name with dashes
};
constexpr std::array kFields{FieldName{"arch", {}},
                             FieldName{"augment", {}},
                             FieldName{"batch_size", {}},
                             FieldName{"cache_folder", "cache-dir"},
                             FieldName{"accumulate", {}},
                             FieldName{"beta1", "betas"},
                             FieldName{"beta2", "betas"},
                             FieldName{"classes_file", "classes"},
                             FieldName{"clip_norm", "clip-grad"},
                             FieldName{"data", {}},
                             FieldName{"ema_decay", "ema"},
                             FieldName{"epochs", {}},
                             FieldName{"eps", {}},
                             FieldName{"frozen_stages", {}},
                             FieldName{"gamma", {}},
                             FieldName{"head_lr_scale", "head-lr"},
                             FieldName{"image_size", {}},
                             FieldName{"interpolation", {}},
                             FieldName{"label_smoothing", "smoothing"},
                             FieldName{"labels", {}},
                             FieldName{"layer_decay", {}},
                             FieldName{"lr", {}},
                             FieldName{"milestones", {}},
                             FieldName{"min_lr", {}},
                             FieldName{"momentum", {}},
                             FieldName{"nesterov", {}},
                             FieldName{"new_split", {}},
                             FieldName{"optimizer", "opt"},
                             FieldName{"out", {}},
                             FieldName{"overwrite", {}},
                             FieldName{"picture_root", "root"},
                             FieldName{"power", {}},
                             FieldName{"resize", {}},
                             FieldName{"resume", {}},
                             FieldName{"schedule", "sched"},
                             FieldName{"val", {}},
                             FieldName{"warmup_epochs", {}},
                             FieldName{"weight_decay", {}},
                             FieldName{"weights", {}}};

std::string flag_of(const FieldName& name) {
  std::string flag = "--" + std::string(name.flag.empty() ? name.field : name.flag);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

}  // namespace

std::string in_flags(const std::string& message) {
  std::string text = message;
  for (const FieldName& name : kFields) {
    const std::string place = std::string(name.field) + ":", set = ' ' + std::string(name.field) + " = ",
                      on = set + "true";
    if (text.starts_with(place)) text.replace(0, place.size(), flag_of(name) + ":");
    for (size_t at = text.find(on); at != std::string::npos; at = text.find(on, at))
      text.replace(at, on.size(), ' ' + flag_of(name));
    for (size_t at = text.find(set); at != std::string::npos; at = text.find(set, at))
      text.replace(at, set.size(), ' ' + flag_of(name) + ' ');
  }
  return text;
}

}  // namespace zoo::apps
