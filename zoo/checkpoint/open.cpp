// Checkpoint::open: of one file, a folder, or the index of several.
#include <cstdint>
#include <memory>
#include <system_error>

#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/shard_index.h"
#include "zoo/checkpoint/sharded.h"

namespace zoo {

Checkpoint Checkpoint::open(const std::filesystem::path& path, const OpenOptions& options) {
  std::error_code unreadable;  // which the map reports
  const bool is_folder = std::filesystem::is_directory(path, unreadable);
  const std::filesystem::path file = is_folder ? weights_in(path) : path;
  if (file.filename() == "data.pkl") refuse_unpacked(file.parent_path());
  const auto map = std::make_shared<const MappedFile>(file);
  if (!is_shard_index(map->bytes())) return read(map->bytes(), map, file, options);
  constexpr size_t kCheckedByShard = SIZE_MAX;
  return make(file, kCheckedByShard, [&] { return read_shards(file, map->bytes(), options); });
}

}  // namespace zoo
