#include "zoo/loader/normalize.h"

#include "zoo/base/error.h"

namespace zoo {

AnyNormalizeTable make_normalize_table(c10::ScalarType dtype, const Preprocess& preprocess) {
  switch (dtype) {
    case c10::kFloat:
      return NormalizeTable<float>(preprocess);
    case c10::kBFloat16:
      return NormalizeTable<c10::BFloat16>(preprocess);
    case c10::kHalf:
      return NormalizeTable<c10::Half>(preprocess);
    default:
      throw Error(ErrorCode::usage, {}, "batches are made in float32, bfloat16 and float16 only");
  }
}

}  // namespace zoo
