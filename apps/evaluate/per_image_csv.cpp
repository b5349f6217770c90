#include "apps/evaluate/per_image_csv.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace zoo::apps {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
  return field + '"';
}

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

}  // namespace

PerImageCsv::PerImageCsv(const std::filesystem::path& path, std::vector<std::string> class_names)
    : file_(path), class_names_(std::move(class_names)) {
  file_.write("file,label,predicted,correct,probability,loss\n");
}

void PerImageCsv::add(const std::string& file, int64_t label, std::span<const float> logits) {
  const auto best = std::max_element(logits.begin(), logits.end());
  const auto predicted = static_cast<size_t>(best - logits.begin());
  const auto truth = static_cast<size_t>(label);
  double sum = 0;
  for (const float score : logits) sum += std::exp(static_cast<double>(score) - *best);
  const double loss = std::log(sum) + *best - logits[truth];
  file_.write(csv_field(file) + ',' + csv_field(class_names_[truth]) + ',' +
              csv_field(class_names_[predicted]) + ',' + (predicted == truth ? '1' : '0') + ',' +
              decimal(1 / sum) + ',' + decimal(loss) + '\n');
}

void PerImageCsv::commit() {
  file_.commit();
}

}  // namespace zoo::apps
