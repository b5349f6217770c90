// What the tests of fetching share: a small weight, its record, and what is in a folder.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "zoo/base/sha256.h"
#include "zoo/manifest/manifest.h"

namespace zoo::test {

// 300,003 bytes, no two parts of which are alike.
inline const std::string kBody = [] {
  std::string text;
  for (int i = 100'000; text.size() < 300'003; ++i) text += std::to_string(i) + ' ';
  text.resize(300'003);
  return text;
}();

inline std::string hash_of(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

// A weight of which everything is published.
inline WeightRecord weight(std::vector<std::string> urls, const std::string& body = kBody) {
  WeightRecord record;
  record.name = "resnet18.test";
  record.files.push_back({.urls = std::move(urls),
                          .name = "w.pth",
                          .sha256 = hash_of(body),
                          .sha256_prefix = {},
                          .bytes = static_cast<int64_t>(body.size()),
                          .format = {},
                          .layout = "torchvision"});
  return record;
}

// One of which the publisher's file name gives eight digits.
inline WeightRecord prefix_only(std::vector<std::string> urls) {
  WeightRecord record = weight(std::move(urls));
  record.files[0].sha256_prefix = record.files[0].sha256.substr(0, 8);
  record.files[0].sha256.clear();
  record.files[0].bytes = -1;
  return record;
}

using Names = std::vector<std::string>;

// But for the record of what was hashed there, which may always be missing.
inline Names names_in(const std::filesystem::path& folder) {
  Names names;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(".weights.verified")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

// After a download.
inline const Names kFetched{"w.pth", "weights.lock.json"};

}  // namespace zoo::test
