#include "zoo/loader/check_headers.h"

#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "transforms/decode/decode_window.h"
#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/base/parallel.h"

namespace zoo {

void check_headers(const Dataset& dataset, const LoaderOptions& options, const std::function<void()>& go_on) {
  if (options.bad_pictures == BadPictures::skip) return;
  DecodeOptions decode = decode_options(options.preprocess);
  decode.allow_truncated = options.allow_truncated;
  std::mutex mutex;  // of what follows
  std::optional<Error> first;
  size_t first_index = std::numeric_limits<size_t>::max(), broken = 0;
  constexpr size_t kWorthAllThreads = std::numeric_limits<size_t>::max() / 2;
  run_parallel(static_cast<size_t>(dataset.size()), kWorthAllThreads, [&](size_t i) {
    go_on();
    try {
      const StoredPicture picture = dataset.fetch(static_cast<int64_t>(i));
      if (const auto* file = std::get_if<EncodedPicture>(&picture))
        read_picture_info(file->bytes, file->name, decode);
    } catch (const Error& error) {
      const std::lock_guard lock(mutex);
      ++broken;
      if (i > first_index) return;
      first_index = i;
      first = error;
    }
  });
  if (!first) return;
  const std::string others =
      broken == 1 ? "" : "So are " + std::to_string(broken - 1) + " more of the pictures to judge by. ";
  throw Error(first->code(), "", first->what(),
              others + "Mend or remove what is broken, or leave it out with --bad-images skip.");
}

}  // namespace zoo
