#include "zoo/checkpoint/checkpoint.h"

#include <algorithm>
#include <new>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/sniff.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo {
namespace {

constexpr int64_t kMaxRepeatedBytes = 64'000'000;
constexpr uint64_t kMaxRepeatedRatio = 8;

Contents read_contents(const FileBytes& file, const OpenOptions& options) {
  switch (sniff(file.bytes)) {
    case Format::zip:
      return read_torch_zip(file, options);
    case Format::legacy:
      return read_torch_legacy(file, options);
    case Format::tar:
      return read_torch_tar(file, options);
    case Format::safetensors:
      return read_safetensors(file, options);
    case Format::msgpack:
      return read_msgpack(file, options);
    case Format::hdf5:
      return read_hdf5(file, options);
  }
  throw Error(ErrorCode::unsupported, {}, "a format without a reader");
}

// Tensors may share and repeat what is in the file, but whoever copies them all shall not fill the memory.
void check_total_size(const Checkpoint& checkpoint, size_t file_size) {
  int64_t total = 0;
  bool overflow = false;
  for (const auto& [name, tensor] : checkpoint.tensors())
    overflow |= __builtin_add_overflow(total, tensor.bytes(), &total);
  if (overflow ||
      (total > kMaxRepeatedBytes && static_cast<uint64_t>(total) / kMaxRepeatedRatio > file_size)) {
    throw Error(ErrorCode::corrupt, {},
                "its tensors have " + (overflow ? "2^63 bytes" : format_bytes(total)) + ", more than " +
                    std::to_string(kMaxRepeatedRatio) + " times the file");
  }
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::zip:
      return "zip";
    case Format::legacy:
      return "legacy";
    case Format::tar:
      return "tar";
    case Format::safetensors:
      return "safetensors";
    case Format::msgpack:
      return "msgpack";
    case Format::hdf5:
      return "hdf5";
  }
  return "?";
}

std::string cut_off(uint64_t expected, bool or_more, uint64_t found, const OpenOptions& options) {
  std::string text = "the file is cut off: " + format_count(static_cast<int64_t>(expected)) +
                     " bytes expected" + (or_more ? " at least, " : ", ") +
                     format_count(static_cast<int64_t>(found)) + " found";
  if (!options.allow_truncated) throw Error(ErrorCode::corrupt, {}, text, "Download it again.");
  return text;
}

Checkpoint Checkpoint::read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                            const std::filesystem::path& path, const OpenOptions& options) {
  return make(path, bytes.size(), [&] { return read_contents({bytes, std::move(owner)}, options); });
}

Checkpoint Checkpoint::make(const std::filesystem::path& path, size_t file_size,
                            const std::function<Contents()>& read_file) {
  try {
    Contents contents = read_file();
    Checkpoint checkpoint;
    checkpoint.path_ = path;
    checkpoint.format_ = contents.format;
    checkpoint.root_ = std::move(contents.root);
    flatten(checkpoint.root_, "", checkpoint.tensors_);
    checkpoint.metadata_ = std::move(contents.metadata);
    checkpoint.globals_ = std::move(contents.globals);
    checkpoint.truncation_ = std::move(contents.truncation);
    checkpoint.is_torch_script_ = contents.is_torch_script;
    if (checkpoint.truncation_.empty()) check_total_size(checkpoint, file_size);
    return checkpoint;
  } catch (const Error& error) {
    throw Error(error.code(), path.string(), error.what());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::io, path.string(), "not enough memory to read it");
  }
}

}  // namespace zoo
