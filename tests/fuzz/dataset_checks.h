// What holds of every data set that opens, whatever it was made from.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <variant>

#include "tests/fuzz/fuzz.h"
#include "zoo/datasets/dataset.h"

namespace zoo::fuzz {

// How its readers blame what they read.
constexpr std::initializer_list<ErrorCode> kDataBlame{ErrorCode::corrupt, ErrorCode::unsupported,
                                                      ErrorCode::mismatch, ErrorCode::not_found};

inline void check_labels(const Dataset& dataset, int64_t index) {
  const auto labels = dataset.labels(index);
  const auto classes = static_cast<int64_t>(dataset.classes().size());
  require(dataset.multi_label() || labels.size() == 1, "not one label");
  require(std::ranges::adjacent_find(labels, std::greater_equal()) == labels.end(), "labels out of order");
  for (const int32_t label : labels) require(label >= 0 && label < classes, "a label of no class");
  const auto parts = static_cast<int64_t>(dataset.parts().size());
  require(dataset.part(index) >= -1 && dataset.part(index) < parts, "a part of none");
}

inline void check_picture(const StoredPicture& picture) {
  if (const auto* image = std::get_if<Image>(&picture)) {
    require(image->width > 0 && image->height > 0 &&
                static_cast<int64_t>(image->pixels.size()) == image->width * image->height * 3,
            "a picture of another size than its own");
  } else {
    const auto& encoded = std::get<EncodedPicture>(picture);
    require(!encoded.name.empty() && (encoded.bytes.empty() || encoded.owner != nullptr),
            "a picture of nobody");
  }
}

// Fetches the first pictures whose names `may_fetch`.
inline void check_dataset(const Dataset& dataset, const std::function<bool(const std::string&)>& may_fetch) {
  constexpr int64_t most = 50;  // more costs time and finds nothing
  require(dataset.size() > 0, "no sample");
  for (int64_t i = 0; i < dataset.size(); ++i) {
    check_labels(dataset, i);
    const std::string name = dataset.name(i);
    require(!name.empty(), "a sample without a name");
    if (i >= most || !may_fetch(name)) continue;
    attempt([&] { check_picture(dataset.fetch(i)); }, {ErrorCode::not_found, ErrorCode::io});
  }
}

}  // namespace zoo::fuzz
