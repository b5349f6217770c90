#include "zoo/classifier/picture.h"

#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/loader/loader.h"
#include "zoo/loader/normalize.h"
#include "zoo/models/weights.h"

namespace zoo {

void require_picture_classifier(const ResolvedWeights& weights) {
  if (weights.num_classes == 0)
    throw Error(ErrorCode::mismatch, weights.name, "has no head, so it cannot name what it sees",
                "Give it one with 'zoo finetune'.");
  if (weights.in_channels != 3)
    throw Error(ErrorCode::mismatch, weights.name,
                "wants pictures of " + std::to_string(weights.in_channels) + " channels, expected 3 (RGB)");
}

at::Tensor load_picture(const std::filesystem::path& path, const Preprocess& preprocess,
                        bool allow_truncated) {
  DecodeOptions decode = decode_options(preprocess);
  decode.allow_truncated = allow_truncated;
  const Image image = evaluation_transform(read_image(path, decode), preprocess);
  return to_tensor(image, preprocess).unsqueeze(0).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace zoo
