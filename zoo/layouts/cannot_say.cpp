// What the models behind a layout lack, so that a file in it would open nowhere.
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

bool is_paper_cifar(const ArchSpec& spec) {
  return spec.num_stages == 3 && spec.block == Block::basic && spec.stem == Stem::conv3x3;
}

std::string hugging_face_lacks(const ArchSpec& spec) {
  if (spec.stem == Stem::deep) return "has no deep stem";
  if (spec.stem != Stem::conv7x7 || spec.stem_pool != StemPool::max)
    return "has no stem but a 7x7 convolution and a max pool";
  if (spec.shortcut != Shortcut::conv) return "has no shortcut but a convolution";
  if (spec.groups != 1 || spec.base_width != 64) return "has no grouped or wider bottlenecks";
  return {};
}

}  // namespace

std::string cannot_say(Layout layout, const ArchSpec& spec) {
  switch (layout) {
    case Layout::timm:
      return {};
    case Layout::torchvision:
      if (spec.stem == Stem::deep) return "has no deep stem";
      if (spec.shortcut == Shortcut::avg_pool_conv) return "has no pool in its shortcuts";
      return {};
    case Layout::openmmlab:
      if (spec.shortcut == Shortcut::pad) return "has no shortcut without tensors";
      return {};
    case Layout::akamaster:
      if (!is_paper_cifar(spec)) return "has only the paper's three-stage nets for small pictures";
      return {};
    case Layout::huggingface:
    case Layout::huggingface_flax:
    case Layout::huggingface_tf:
      return hugging_face_lacks(spec);
  }
  return {};
}

}  // namespace zoo
