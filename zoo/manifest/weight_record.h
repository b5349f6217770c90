// All that is known of a published weight.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "zoo/manifest/preprocess.h"

namespace zoo {

// One copy of a weight's bytes. The publisher's own comes first.
struct WeightFile {
  std::vector<std::string> urls =
      {};                          // https, http or file; made absolute where a manifest has a relative one
  std::string name = {};           // in the cache too
  std::string sha256 = {};         // 64 hex digits, or empty where nobody published it
  std::string sha256_prefix = {};  // what the publisher's file name claims, or empty
  int64_t bytes = -1;              // -1 = unknown
  std::string format = {};         // "zip", "legacy", "tar", "safetensors", or empty
  std::string layout = {};         // "torchvision", "openmmlab", "akamaster", ...
};

struct Metric {
  std::string dataset;
  double top1 = 0;             // percent
  std::optional<double> top5;  // percent
  std::string source;          // who says so
};

struct WeightRecord {
  std::string name;  // "arch.tag"
  std::string arch;
  std::string source;   // who published it: "torchvision", "openmmlab", "akamaster", "zoo"
  std::string dataset;  // what it was trained on: "imagenet-1k", "cifar10", ...
  std::vector<WeightFile> files;
  std::optional<int64_t> num_classes;  // unknown for a few
  std::string labels;                  // name of a label set (see Manifest::label_set), or empty
  Preprocess preprocess;
  std::vector<Metric> metrics;
  int64_t params = 0;
  int64_t macs = 0;  // multiply-accumulates of convolutions and fully connected layers, one picture
  std::optional<double> published_params_m;  // millions, as printed by the publisher
  std::optional<double> published_gmacs;     // 1e9, as printed by the publisher
  std::string config;                        // the publisher's training recipe
  std::vector<std::string> log_urls;
  std::string pretrained_from;
  std::string converted_from;
  std::string paper;
  std::string license;
  std::string origin;                // page that describes it
  std::vector<std::string> aliases;  // the names that others use for it
  bool is_default = false;           // what a bare arch name means
  std::string notes;
  std::string place;    // of the record: "weights.json:/weights/3"; empty where it is in no manifest
  std::string shadows;  // the shipped record in whose place a user's manifest has put this one, or empty

  const WeightFile& file() const { return files.front(); }
};

}  // namespace zoo
