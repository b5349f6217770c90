#include "zoo/loader/picture_cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr int64_t kNowhere = -1;

[[noreturn]] void fail(const std::filesystem::path& folder, const std::string& what) {
  throw Error(ErrorCode::io, folder.string(),
              "the file that keeps decoded pictures " + what + ": " + std::strerror(errno),
              "Name another folder, or do without --cache disk.");
}

// Open for reading and writing, and nameless.
int open_nameless(const std::filesystem::path& folder) {
  std::string name = (folder / "zoo-pictures-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) fail(folder, "cannot be made");
  ::unlink(name.c_str());
  return file;
}

bool write_at(int file, const std::vector<uint8_t>& bytes, int64_t offset) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        ::pwrite(file, bytes.data() + done, bytes.size() - done, offset + static_cast<int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

bool read_at(int file, std::vector<uint8_t>& bytes, int64_t offset) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        ::pread(file, bytes.data() + done, bytes.size() - done, offset + static_cast<int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

std::string_view to_string(CachePlace place) {
  switch (place) {
    case CachePlace::none:
      return "none";
    case CachePlace::ram:
      return "ram";
    case CachePlace::disk:
      break;
  }
  return "disk";
}

CachePlace parse_cache_place(std::string_view text) {
  for (const CachePlace place : {CachePlace::none, CachePlace::ram, CachePlace::disk})
    if (text == to_string(place)) return place;
  throw Error(ErrorCode::usage, "cache", "'" + std::string(text) + "' is not none, ram or disk");
}

PictureCache::PictureCache(const CacheOptions& options, int64_t samples) : options_(options) {
  if (!active()) return;
  if (options_.place == CachePlace::disk) {
    if (options_.folder.empty()) options_.folder = std::filesystem::temp_directory_path();
    file_ = open_nameless(options_.folder);
  }
  entries_.resize(static_cast<size_t>(samples));
}

PictureCache::~PictureCache() {
  if (file_ >= 0) ::close(file_);
}

std::shared_ptr<const Image> PictureCache::find(int64_t sample) const {
  if (!active()) return nullptr;
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    entry = entries_[static_cast<size_t>(sample)];
  }
  if (entry.picture || entry.offset < 0) return entry.picture;
  auto picture = std::make_shared<Image>(make_image(entry.width, entry.height));
  if (!read_at(file_, picture->pixels, entry.offset)) fail(options_.folder, "cannot be read");
  return picture;
}

// Where the picture goes, or kNowhere: there is no room, or another thread keeps it already.
int64_t PictureCache::reserve(int64_t sample, const Image& picture) {
  const auto size = static_cast<int64_t>(picture.pixels.size());
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[static_cast<size_t>(sample)];
  if (entry.width > 0 || size > options_.limit_bytes - bytes_) return kNowhere;
  entry.width = static_cast<int32_t>(picture.width);
  entry.height = static_cast<int32_t>(picture.height);
  const int64_t offset = bytes_;
  bytes_ += size;
  return offset;
}

void PictureCache::keep(int64_t sample, std::shared_ptr<const Image> picture) {
  if (!active()) return;
  const int64_t offset = reserve(sample, *picture);
  if (offset == kNowhere) return;
  const bool on_disk = options_.place == CachePlace::disk;
  if (on_disk && !write_at(file_, picture->pixels, offset)) return;  // the disk is full: so is the cache
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[static_cast<size_t>(sample)];
  if (on_disk)
    entry.offset = offset;
  else
    entry.picture = std::move(picture);
}

int64_t PictureCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace zoo
