#include "zoo/models/save.h"

#include <system_error>
#include <utility>

#include "zoo/arch/registry.h"
#include "zoo/base/descriptor.h"
#include "zoo/base/file.h"
#include "zoo/models/load.h"

namespace zoo {

void save_model(const ResNet& model, const std::filesystem::path& directory, ModelCard card) {
  if (card.arch.empty()) {
    const ArchSpec& spec = keep_arch(model->spec());
    card.arch = spec.name;
    card.spec = is_row(spec) ? nullptr : &spec;
  }
  const std::string config = config_text(model, card);  // throws before anything is written
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail(directory, error.value(), "cannot create it");
  write_safetensors(directory / "model.safetensors", to_named_tensors(model));
  write_text(directory / "config.json", config);
}

void save_model(const ResNet& model, const std::filesystem::path& directory,
                const std::vector<std::string>& labels) {
  save_model(model, directory,
             ModelCard{.arch = {}, .labels = labels, .preprocess = default_preprocess(model->spec())});
}

std::string config_text(const ResNet& model, const ModelCard& card) {
  const ResNetOptions& options = model->options();
  return to_config_json({.card = card,
                         .num_classes = options.num_classes,
                         .in_channels = options.in_channels,
                         .global_pool = options.global_pool,
                         .output_stride = options.output_stride});
}

}  // namespace zoo
