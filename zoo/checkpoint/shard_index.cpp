#include "zoo/checkpoint/shard_index.h"

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr size_t kMaxIndex = 10'000'000;  // bytes; a tensor takes a hundred
constexpr size_t kMaxTensors = 100'000;
constexpr size_t kMaxDepth = 16;  // of the metadata, which is not looked at

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

// A shard is a file beside the index, never one elsewhere.
void check_shard_name(const std::string& name) {
  const bool is_plain =
      !name.empty() && name.size() <= 255 && name != "." && name.find("..") == std::string::npos &&
      name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos && is_utf8(name);
  if (!is_plain) fail("the shard '" + excerpt(name) + "' is not the name of a file beside the index");
}

// Event by event: a tree of values could take a hundred times the text.
class IndexReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  WeightMap files;
  bool has_map = false;

  bool start_object(size_t) override {
    if (depth_ == 1 && in_map_) has_map = true;
    deepen();
    return true;
  }
  bool start_array(size_t) override {
    check_other();
    deepen();
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool end_array() override { return end_object(); }
  bool key(string_t& name) override {
    if (depth_ == 1) in_map_ = name == "weight_map";
    if (depth_ == 2 && in_map_) tensor_ = std::move(name);
    return true;
  }
  bool string(string_t& text) override {
    if (depth_ != 2 || !in_map_) return other();
    check_shard_name(text);
    if (files.size() == kMaxTensors)
      fail("the index lists more than " + std::to_string(kMaxTensors) + " tensors");
    if (!files.emplace(tensor_, text).second) fail("the index lists '" + excerpt(tensor_) + "' twice");
    return true;
  }
  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(number_integer_t) override { return other(); }
  bool number_unsigned(number_unsigned_t) override { return other(); }
  bool number_float(number_float_t, const string_t&) override { return other(); }
  bool binary(binary_t&) override { return other(); }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& error) override {
    fail("the index is not valid JSON (" + excerpt(error.what(), 200) + ")");
  }

 private:
  void deepen() {
    if (in_map_ && depth_ >= 2) check_other();
    if (++depth_ > kMaxDepth) fail("the index is nested deeper than " + std::to_string(kMaxDepth));
  }
  // Whatever is not a file's name must not stand in the map.
  void check_other() const {
    if (in_map_ && depth_ == 1) fail("the index's weight_map is no object");
    if (in_map_ && depth_ >= 2) fail("the index gives no file for '" + excerpt(tensor_) + "'");
  }
  bool other() const {
    check_other();
    return true;
  }

  size_t depth_ = 0;
  bool in_map_ = false;
  std::string tensor_;
};

}  // namespace

bool is_shard_index(ByteSpan file) {
  constexpr size_t kPrefix = 1 << 16;
  const std::string_view text = as_text(file);
  const size_t start = text.substr(0, 64).find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return false;
  // "metadata" may come first and is small.
  return text.substr(0, kPrefix).find("\"weight_map\"") != std::string_view::npos;
}

WeightMap parse_shard_index(ByteSpan text) {
  if (text.size() > kMaxIndex) {
    fail("the index has more than " + format_count(static_cast<int64_t>(kMaxIndex)) + " bytes");
  }
  IndexReader reader;
  nlohmann::json::sax_parse(as_text(text), &reader);
  if (!reader.has_map) fail("the index's weight_map is no object");
  if (reader.files.empty()) fail("the index lists no tensors");
  return std::move(reader.files);
}

}  // namespace zoo
