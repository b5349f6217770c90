// The texts and the colour profile of a PNG, which count only for what they take. Internal to transforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace zoo {

[[noreturn]] void refuse_png(const std::string& name, const std::string& what);

// Adds up what the chunks of one file take, within Pillow's limits.
class PngTexts {
 public:
  PngTexts(const std::string& name, bool truncated_ok) : name_(name), truncated_ok_(truncated_ok) {}
  // A chunk of any type; what is no text or profile is passed over. Throws Error{corrupt}.
  void add(const std::string& type, std::span<const std::byte> data);

 private:
  void add_packed(const std::string& type, std::span<const std::byte> data);
  void add_international(std::span<const std::byte> data);
  void add_unpacked(std::span<const std::byte> packed);
  void add_size(size_t size);

  const std::string& name_;
  bool truncated_ok_;
  size_t size_ = 0;
  std::vector<uint8_t> room_;  // to unpack in
};

}  // namespace zoo
