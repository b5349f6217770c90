// zoo show NAME: a record of the manifest, for people and for machines.
#include <array>
#include <cstdio>
#include <iostream>
#include <optional>

#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/table.h"
#include "apps/zoo/papers.h"
#include "apps/zoo/show.h"
#include "zoo/base/text.h"
#include "zoo/cache/cache.h"
#include "zoo/manifest/license.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

std::string numbers(const std::array<double, 3>& values) {
  char text[64];
  std::snprintf(text, sizeof text, "%g, %g, %g", values[0], values[1], values[2]);
  return text;
}

std::string resize_text(const Preprocess& preprocess) {
  const std::string px = std::to_string(preprocess.resize_px), crop = std::to_string(preprocess.crop_px);
  const std::string by = " (" + std::string(to_string(preprocess.interpolation)) + ", " +
                         std::string(to_string(preprocess.backend)) + ")";
  switch (preprocess.resize) {
    case ResizeMode::none:
      return preprocess.crop_px > 0 ? "centre crop " + crop : "as it is";
    case ResizeMode::crop_first:
      return "centre square of " + crop + "/" + px + " of the short edge, then " + crop + " x " + crop + by;
    case ResizeMode::short_edge:
    case ResizeMode::long_edge:
    case ResizeMode::square:
      break;
  }
  const std::string size = preprocess.resize == ResizeMode::square       ? px + " x " + px
                           : preprocess.resize == ResizeMode::short_edge ? "short edge " + px
                                                                         : "long edge " + px;
  return size + by + (preprocess.crop_px > 0 ? ", centre crop " + crop : "");
}

std::string input_text(const Preprocess& preprocess) {
  std::string text = resize_text(preprocess);
  if (preprocess.bgr) text += ", blue first";
  if (preprocess.exif) text += ", turned as EXIF says";
  return text;
}

template <class T>
ordered_json optional_json(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json text_json(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json to_json(const WeightFile& file) {
  return {{"name", file.name},
          {"urls", file.urls},
          {"sha256", text_json(file.sha256)},
          {"sha256_prefix", text_json(file.sha256_prefix)},
          {"bytes", file.bytes < 0 ? ordered_json(nullptr) : ordered_json(file.bytes)},
          {"format", text_json(file.format)},
          {"layout", text_json(file.layout)}};
}

ordered_json to_json(const WeightRecord& record) {
  ordered_json metrics = ordered_json::array(), files = ordered_json::array();
  for (const Metric& metric : record.metrics) {
    metrics.push_back({{"dataset", metric.dataset},
                       {"top1", metric.top1},
                       {"top5", optional_json(metric.top5)},
                       {"source", metric.source}});
  }
  for (const WeightFile& file : record.files) files.push_back(to_json(file));
  return {{"name", record.name},
          {"arch", record.arch},
          {"default", record.is_default},
          {"source", record.source},
          {"dataset", record.dataset},
          {"num_classes", optional_json(record.num_classes)},
          {"labels", text_json(record.labels)},
          {"params", record.params},
          {"macs", record.macs},
          {"published_params_m", optional_json(record.published_params_m)},
          {"published_gmacs", optional_json(record.published_gmacs)},
          {"metrics", metrics},
          {"preprocess", ordered_json::parse(zoo::to_json(record.preprocess))},
          {"files", files},
          {"cached", is_cached(record)},
          {"cached_path", cached_path(record).string()},
          {"aliases", record.aliases},
          {"config", text_json(record.config)},
          {"log_urls", record.log_urls},
          {"pretrained_from", text_json(record.pretrained_from)},
          {"converted_from", text_json(record.converted_from)},
          {"paper", text_json(record.paper)},
          {"license", text_json(record.license)},
          {"origin", text_json(record.origin)},
          {"shadows", text_json(record.shadows)},
          {"place", record.place},
          {"notes", text_json(record.notes)}};
}

void print_file(const WeightFile& file) {
  std::string facts = file.bytes < 0 ? "" : format_bytes(file.bytes);
  for (const std::string& fact : {file.format, file.layout.empty() ? "" : file.layout + " layout"}) {
    if (!fact.empty()) facts += (facts.empty() ? "" : ", ") + fact;
  }
  print_fact("File", file.name + (facts.empty() ? "" : "  (" + facts + ")"));
  if (!file.sha256.empty()) {
    print_fact("  sha256", file.sha256);
  } else if (!file.sha256_prefix.empty()) {
    print_fact("  sha256", file.sha256_prefix + "...  (more is not published)");
  }
  for (const std::string& url : file.urls) print_fact("  from", url);
}

void print_weight(const WeightRecord& record) {
  print_fact("Weights", record.name + (record.is_default ? "  (what '" + record.arch + "' means)" : ""));
  print_fact("Architecture", record.arch);
  print_fact("Published by", record.source);
  print_fact(
      "Trained on",
      record.dataset + (record.num_classes ? ", " + std::to_string(*record.num_classes) + " classes" : ""));
  for (const Metric& metric : record.metrics) {
    print_fact("Accuracy", "top-1 " + percent_text(metric.top1) +
                               (metric.top5 ? ", top-5 " + percent_text(*metric.top5) : "") + " % on " +
                               metric.dataset + " (" + metric.source + ")");
  }
  const auto published = [](const std::optional<double>& value, const char* unit) {
    char text[64] = "";
    if (value) std::snprintf(text, sizeof text, "  (published: %g %s)", *value, unit);
    return std::string(text);
  };
  print_fact("Parameters", format_count(record.params) + published(record.published_params_m, "M"));
  print_fact("MACs", scaled_text(record.macs) + ", one picture" + published(record.published_gmacs, "G"));
  print_fact("Input", input_text(record.preprocess));
  print_fact("  mean", numbers(record.preprocess.mean));
  print_fact("  std", numbers(record.preprocess.std));
  for (const WeightFile& file : record.files) print_file(file);
  print_fact("In the cache", is_cached(record) ? cached_path(record).string() : "no");
  print_fact("Other names", record.aliases);
  print_fact("Recipe", record.config);
  print_fact("Started from", record.pretrained_from);
  print_fact("Converted from", record.converted_from);
  print_fact("Training log", record.log_urls);
  print_fact("Cite", reference(record.paper));
  print_fact("Licence",
             record.license + (forbids_commercial_use(record.license) ? "  (non-commercial)" : ""));
  if (!record.shadows.empty()) print_fact("In place of", record.shadows + ", which ships with zoo");
  print_fact("Recorded in", record.place);
  print_fact("Origin", record.origin);
  print_fact("Notes", record.notes);
}

}  // namespace

void show_weight(const WeightRecord& record, bool json) {
  if (json) {
    // A path need not be UTF-8.
    write_json(to_json(record));
  } else {
    print_weight(record);
  }
}

}  // namespace zoo::apps
