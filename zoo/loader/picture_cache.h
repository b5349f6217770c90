// Decoded pictures that are kept from one epoch to the next, in memory or in a file, up to a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "transforms/image.h"

namespace zoo {

enum class CachePlace { none, ram, disk };
std::string_view to_string(CachePlace place);
// Throws Error{usage} that lists what is possible.
CachePlace parse_cache_place(std::string_view text);

struct CacheOptions {
  CachePlace place = CachePlace::none;
  int64_t limit_bytes = int64_t{4} << 30;
  std::filesystem::path folder{};  // of the file; empty: the system's folder for temporary files
};

// Thread-safe. What is once kept stays: an epoch sees every picture once, so that throwing one out to make
// room for another gains nothing. The file has no name: it is gone with the process, however that ends.
class PictureCache {
 public:
  // Throws Error{io} where the file cannot be made.
  PictureCache(const CacheOptions& options, int64_t samples);
  ~PictureCache();
  PictureCache(const PictureCache&) = delete;
  PictureCache& operator=(const PictureCache&) = delete;

  bool active() const { return options_.place != CachePlace::none; }
  // Null if it is not there. Throws Error{io} where the file can no longer be read.
  std::shared_ptr<const Image> find(int64_t sample) const;
  // Does nothing where the limit, or the disk, has no room for it.
  void keep(int64_t sample, std::shared_ptr<const Image> picture);
  int64_t bytes() const;

 private:
  struct Entry {
    std::shared_ptr<const Image> picture;  // ram
    int64_t offset = -1;                   // disk
    int32_t width = 0, height = 0;         // 0 as long as nobody has claimed the place
  };
  int64_t reserve(int64_t sample, const Image& picture);

  CacheOptions options_;
  int file_ = -1;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Entry> entries_;
  int64_t bytes_ = 0;
};

}  // namespace zoo
