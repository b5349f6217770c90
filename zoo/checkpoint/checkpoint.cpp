#include "zoo/checkpoint/checkpoint.h"

#include <algorithm>
#include <new>

#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/sniff.h"
#include "zoo/checkpoint/value_tree.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

Contents read_contents(const FileBytes& file, const OpenOptions& options) {
  switch (sniff(file.bytes)) {
    case Format::zip:
      return read_torch_zip(file, options);
    case Format::legacy:
      return read_torch_legacy(file, options);
    case Format::safetensors:
      return read_safetensors(file, options);
  }
  throw Error(ErrorCode::unsupported, {}, "a format without a reader");
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::zip:
      return "zip";
    case Format::legacy:
      return "legacy";
    case Format::safetensors:
      return "safetensors";
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

Checkpoint Checkpoint::open(const std::filesystem::path& path, const OpenOptions& options) {
  const auto file = std::make_shared<const MappedFile>(path);
  return read(file->bytes(), file, path, options);
}

Checkpoint Checkpoint::read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                            const std::filesystem::path& path, const OpenOptions& options) {
  try {
    Contents contents = read_contents({bytes, std::move(owner)}, options);
    Checkpoint checkpoint;
    checkpoint.path_ = path;
    checkpoint.format_ = contents.format;
    checkpoint.root_ = std::move(contents.root);
    flatten(checkpoint.root_, "", checkpoint.tensors_);
    checkpoint.metadata_ = std::move(contents.metadata);
    checkpoint.globals_ = std::move(contents.globals);
    std::sort(checkpoint.globals_.begin(), checkpoint.globals_.end());
    checkpoint.truncation_ = std::move(contents.truncation);
    return checkpoint;
  } catch (const Error& error) {
    throw Error(error.code(), path.string(), error.what());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::io, path.string(), "not enough memory to read it");
  }
}

}  // namespace zoo
