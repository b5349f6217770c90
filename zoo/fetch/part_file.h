// NAME.part: what has arrived of a download. It outlives an interrupt, an error and a kill, so that the next
// run goes on from there; NAME.part.source beside it says what it is a part of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "zoo/base/descriptor.h"

namespace zoo {

struct PartSource {
  std::string url;
  std::string validator;  // a strong ETag, or else Last-Modified; empty: cannot be gone on from
  int64_t bytes = -1;     // of the whole, or -1

  friend bool operator==(const PartSource&, const PartSource&) = default;
};

// One holder at a time, of all processes and threads.
class PartFile {
 public:
  // Waits for the lock as open_locked does. Throws Error{io}.
  PartFile(std::filesystem::path target, const std::function<void()>& while_waiting);
  // Keeps what can be gone on from and removes everything else.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& target() const { return target_; }
  int64_t size() const { return size_; }
  // Of what is in it; nullptr where nobody knows.
  const PartSource* source() const { return source_ ? &*source_ : nullptr; }
  int descriptor() const { return file_.get(); }  // for reading what was written

  void restart(PartSource source);  // empties it
  void write(std::span<const std::byte> bytes);
  void discard();  // empties it for good: nothing can be gone on from
  void commit();   // gives it its final name: synced before, and the folder after

 private:
  std::filesystem::path target_, part_, source_path_;
  Descriptor file_;
  int64_t size_ = 0;
  std::optional<PartSource> source_;
};

}  // namespace zoo
