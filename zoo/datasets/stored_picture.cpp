#include "zoo/datasets/stored_picture.h"

#include "zoo/core/file.h"

namespace zoo {

EncodedPicture read_encoded(const std::filesystem::path& file) {
  auto map = std::make_shared<const MappedFile>(file);
  const std::span<const std::byte> bytes = map->bytes();
  return {std::move(map), bytes, file.string()};
}

}  // namespace zoo
