#include "apps/data/data_survey.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <numeric>
#include <string_view>

#include "transforms/decode/decode_window.h"
#include "transforms/decode/image_header.h"
#include "zoo/base/error.h"
#include "zoo/base/parallel.h"

namespace zoo::apps {
namespace {

struct Finding {
  std::string_view format;
  int32_t width = 0, height = 0;
  std::optional<ContentHash> hash;
};

void look_at_bytes(const EncodedPicture& picture, PictureCheck check, Finding& finding) {
  int64_t width = 0, height = 0;
  if (check == PictureCheck::decode) {
    const Image image = decode_image(picture.bytes, picture.name);
    width = image.width, height = image.height;
  } else {
    const Size size = read_picture_info(picture.bytes, picture.name).size;
    width = size.width, height = size.height;
  }
  finding.format = read_image_header(picture.bytes).name;
  finding.width = static_cast<int32_t>(width);
  finding.height = static_cast<int32_t>(height);
}

void look_at(const Dataset& dataset, int64_t index, PictureCheck check, Finding& finding) {
  const StoredPicture picture = dataset.fetch(index);
  finding.hash = content_hash(picture);
  if (const auto* image = std::get_if<Image>(&picture)) {
    finding.format = "pixels";
    finding.width = static_cast<int32_t>(image->width);
    finding.height = static_cast<int32_t>(image->height);
  } else {
    look_at_bytes(std::get<EncodedPicture>(picture), check, finding);
  }
}

// Without the path before it, which the report names in its own way.
std::string reason(const std::string& message, const std::string& name) {
  const size_t at = message.find(name + ": ");
  return at == std::string::npos ? message : message.substr(at + name.size() + 2);
}

std::optional<Extent> extent(std::vector<int32_t> values) {
  std::erase(values, 0);
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + (std::ssize(values) - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return Extent{*least, *middle, *most};
}

void count_samples(const Dataset& dataset, Survey& result) {
  const size_t columns = dataset.parts().size() + 1;
  result.part_sizes.assign(columns, 0);
  result.counts.assign(dataset.classes().size(), std::vector<int64_t>(columns, 0));
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int32_t part = dataset.part(i);
    const size_t column = part < 0 ? columns - 1 : static_cast<size_t>(part);
    ++result.part_sizes[column];
    for (const int32_t label : dataset.labels(i)) ++result.counts[static_cast<size_t>(label)][column];
  }
}

}  // namespace

int64_t Survey::count(size_t label) const {
  return std::accumulate(counts[label].begin(), counts[label].end(), int64_t{0});
}

std::optional<double> Survey::imbalance() const {
  int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
  for (size_t label = 0; label < counts.size(); ++label) {
    least = std::min(least, count(label));
    most = std::max(most, count(label));
  }
  if (least == 0 || counts.empty()) return std::nullopt;
  return static_cast<double>(most) / static_cast<double>(least);
}

Survey survey(const Dataset& dataset, PictureCheck check, const std::function<void(int64_t)>& progress) {
  Survey result;
  count_samples(dataset, result);
  if (check == PictureCheck::none) return result;
  std::vector<Finding> findings(static_cast<size_t>(dataset.size()));
  std::mutex mutex;  // of what follows
  int64_t done = 0;
  constexpr size_t kManyBytes = std::numeric_limits<size_t>::max() / 2;  // worth all threads
  run_parallel(findings.size(), kManyBytes, [&](size_t i) {
    const auto index = static_cast<int64_t>(i);
    std::optional<BrokenPicture> broken;
    try {
      look_at(dataset, index, check, findings[i]);
    } catch (const Error& error) {
      broken = BrokenPicture{index, reason(error.what(), dataset.name(index))};
    }
    const std::lock_guard lock(mutex);
    if (broken) result.broken.push_back(std::move(*broken));
    progress(++done);
  });
  std::sort(result.broken.begin(), result.broken.end(),
            [](const BrokenPicture& a, const BrokenPicture& b) { return a.index < b.index; });
  std::vector<int32_t> widths, heights;
  std::vector<std::optional<ContentHash>> hashes;
  for (const Finding& finding : findings) {
    widths.push_back(finding.width);
    heights.push_back(finding.height);
    hashes.push_back(finding.hash);
    if (!finding.format.empty()) ++result.formats[std::string(finding.format)];
  }
  findings = {};
  result.width = extent(std::move(widths));
  result.height = extent(std::move(heights));
  result.duplicates = group_equal(hashes);
  return result;
}

bool is_across_parts(const Dataset& dataset, const std::vector<int64_t>& group) {
  return std::any_of(group.begin(), group.end(),
                     [&](int64_t index) { return dataset.part(index) != dataset.part(group.front()); });
}

bool is_across_classes(const Dataset& dataset, const std::vector<int64_t>& group) {
  const auto first = dataset.labels(group.front());
  return std::any_of(group.begin(), group.end(), [&](int64_t index) {
    const auto own = dataset.labels(index);
    return !std::equal(own.begin(), own.end(), first.begin(), first.end());
  });
}

}  // namespace zoo::apps
