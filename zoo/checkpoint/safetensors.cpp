// safetensors: the header's length in 8 bytes, a JSON header, the tensors. Reference: the format section of
// the package's README, and its Rust source (0.8) for what it refuses.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/safetensors_dtype.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

constexpr uint64_t kMaxHeader = 25'000'000;  // bytes; a tensor takes a hundred
constexpr size_t kMaxDims = 64;
constexpr size_t kMaxTensors = 250'000;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

struct Record {
  std::string name;
  DType dtype = DType::f32;
  std::vector<uint64_t> shape = {}, offsets = {};
  unsigned fields = 0;  // those that were met
};

constexpr unsigned kDType = 1, kShape = 2, kOffsets = 4, kAllFields = 7;

// Reads {"name": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "__metadata__": {"k": "v"}} as the
// parser meets it, so that a key that occurs twice is seen. Every other shape of JSON is an error.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<Record> records;
  std::map<std::string, std::string> metadata;

  bool start_object(std::size_t) override {
    if (depth_ >= 2 || array_ != nullptr) refuse();
    ++depth_;
    if (depth_ != 2 || in_metadata_) return true;
    if (records.size() == kMaxTensors) fail("more than " + std::to_string(kMaxTensors) + " tensors");
    records.push_back({.name = name_});
    return true;
  }
  bool end_object() override {
    if (depth_ == 2 && !in_metadata_ && records.back().fields != kAllFields) refuse();
    --depth_;
    return true;
  }
  bool key(std::string& text) override {
    if (depth_ == 2) {
      field_ = std::move(text);
      return true;
    }
    if (!names_.insert(text).second) fail("the name '" + excerpt(text) + "' occurs twice in the header");
    name_ = std::move(text);
    in_metadata_ = name_ == "__metadata__";
    return true;
  }
  bool string(std::string& text) override {
    if (depth_ == 2 && in_metadata_) {
      if (!metadata.emplace(field_, text).second) fail("the metadata has '" + excerpt(field_) + "' twice");
      return true;
    }
    if (depth_ != 2 || array_ != nullptr || field_ != "dtype") refuse();
    meet(kDType);
    records.back().dtype = parse_safetensors_dtype(text, name_);
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ != 2 || in_metadata_ || array_ != nullptr) refuse();
    if (field_ != "shape" && field_ != "data_offsets") refuse();
    const bool is_shape = field_ == "shape";
    meet(is_shape ? kShape : kOffsets);
    array_ = is_shape ? &records.back().shape : &records.back().offsets;
    return true;
  }
  bool end_array() override {
    array_ = nullptr;
    return true;
  }
  bool number_unsigned(number_unsigned_t number) override {
    if (array_ == nullptr || array_->size() == kMaxDims) refuse();
    array_->push_back(number);
    return true;
  }
  bool null() override { refuse(); }
  bool boolean(bool) override { refuse(); }
  bool number_integer(number_integer_t) override { refuse(); }
  bool number_float(number_float_t, const string_t&) override { refuse(); }
  bool binary(binary_t&) override { refuse(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    fail("the header is not valid JSON at byte " + std::to_string(8 + position) + " (" +
         excerpt(error.what(), 200) + ")");
  }

 private:
  [[noreturn]] void refuse() const {
    fail("the header's entry '" + excerpt(name_) + "' is not {dtype, shape, data_offsets}");
  }

  void meet(unsigned field) {
    if ((records.back().fields & field) != 0) refuse();
    records.back().fields |= field;
  }

  int depth_ = 0;
  bool in_metadata_ = false;
  std::string name_, field_;
  std::vector<uint64_t>* array_ = nullptr;
  std::set<std::string> names_;
};

TensorView make_view(const Record& record) {
  const bool too_large =
      std::any_of(record.shape.begin(), record.shape.end(), [](uint64_t size) { return size > INT64_MAX; });
  if (too_large || record.offsets.size() != 2)
    fail("tensor '" + excerpt(record.name) + "' has a bad shape or data_offsets");
  TensorView view = contiguous_view(record.dtype, {record.shape.begin(), record.shape.end()});
  view.storage_key = record.name;
  view.device = "cpu";
  const uint64_t begin = record.offsets[0], end = record.offsets[1];
  if (end < begin || end - begin != static_cast<uint64_t>(view.bytes())) {
    fail("tensor '" + excerpt(record.name) + "' has the data_offsets [" + std::to_string(begin) + ", " +
         std::to_string(end) + "], its shape and dtype need " + std::to_string(view.bytes()) + " bytes");
  }
  return view;
}

// The tensors must fill the data without holes. Returns where they end.
uint64_t check_tiling(const std::vector<Record>& records) {
  std::vector<const Record*> ordered;
  ordered.reserve(records.size());
  for (const Record& record : records) ordered.push_back(&record);
  std::sort(ordered.begin(), ordered.end(),
            [](const Record* a, const Record* b) { return a->offsets < b->offsets; });
  uint64_t end = 0;
  for (const Record* record : ordered) {
    const uint64_t begin = record->offsets.front();
    if (begin != end) {
      fail("tensor '" + excerpt(record->name) + "' begins at data byte " + std::to_string(begin) +
           ", the one before it ends at " + std::to_string(end));
    }
    end = record->offsets.back();
  }
  return end;
}

}  // namespace

Contents read_safetensors(const FileBytes& file, const OpenOptions& options) {
  const uint64_t found = file.bytes.size();
  const uint64_t header = found < 8 ? 0 : load<uint64_t>(file.bytes, 0);
  if (header > kMaxHeader)
    fail("its header claims " + std::to_string(header) + " bytes, at most 25,000,000 are read");
  if (!fits(8, header, found)) {
    throw Error(ErrorCode::corrupt, {},
                "the file is cut off inside its header: " + format_count(static_cast<int64_t>(8 + header)) +
                    " bytes expected at least, " + format_count(static_cast<int64_t>(found)) + " found",
                "Download it again.");
  }
  HeaderReader reader;
  const std::string_view text = as_text(file.bytes.subspan(8, header));
  nlohmann::json::sax_parse(text, &reader);

  Dict tensors;
  std::vector<std::shared_ptr<TensorView>> views;
  for (const Record& record : reader.records) {
    views.push_back(std::make_shared<TensorView>(make_view(record)));
    tensors.emplace_back(record.name, std::shared_ptr<const TensorView>(views.back()));
  }
  const uint64_t size = check_tiling(reader.records);
  const ByteSpan data = file.bytes.subspan(8 + header);
  if (size < data.size()) fail(std::to_string(data.size() - size) + " bytes follow the last tensor");
  std::string truncation;
  if (size > data.size()) truncation = cut_off(8 + header + size, false, found, options);
  for (size_t i = 0; i < views.size(); ++i) {
    const auto& offsets = reader.records[i].offsets;
    if (offsets[1] > data.size()) continue;
    views[i]->storage = data.subspan(offsets[0], offsets[1] - offsets[0]);
    views[i]->owner = file.owner;
  }
  return {Format::safetensors,
          Value::dict(std::move(tensors)),
          std::move(reader.metadata),
          {},
          std::move(truncation)};
}

}  // namespace zoo
