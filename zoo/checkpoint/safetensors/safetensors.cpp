// safetensors: the header's length in 8 bytes, a JSON header, the tensors. Reference: the format section of
// the package's README, and its Rust source (0.8) for what it refuses.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/safetensors/safetensors_dtype.h"

namespace zoo {
namespace {

constexpr uint64_t kMaxHeader = 10'000'000;  // bytes; a tensor takes a hundred
constexpr size_t kMaxTensors = 50'000, kMaxMetadata = 100'000;
constexpr size_t kMaxDims = 64, kMaxNumbers = 400'000;  // of one tensor; in all shapes and offsets

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

[[noreturn]] void fail_twice(std::string_view name) {
  fail("the name '" + excerpt(name) + "' occurs twice in the header");
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
    name_ = std::move(text);
    in_metadata_ = name_ == "__metadata__";
    if (in_metadata_ && std::exchange(met_metadata_, true)) fail_twice(name_);
    return true;
  }
  bool string(std::string& text) override {
    if (depth_ == 2 && in_metadata_) {
      if (!metadata.emplace(field_, text).second) fail("the metadata has '" + excerpt(field_) + "' twice");
      if (metadata.size() > kMaxMetadata)
        fail("more than " + std::to_string(kMaxMetadata) + " texts in the metadata");
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
    if (++numbers_ > kMaxNumbers)
      fail("more than " + std::to_string(kMaxNumbers) + " numbers in its shapes and offsets");
    array_->push_back(number);
    return true;
  }
  bool null() override {  // as good as no metadata, to the Python package too
    if (depth_ != 1 || !in_metadata_) refuse();
    return true;
  }
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
    if (in_metadata_ && depth_ == 2) {
      throw Error(
          ErrorCode::corrupt, {},
          "the metadata's '" + excerpt(field_) + "' is no text, and the format knows nothing else there",
          "Have the program that wrote the file save str(value), or no metadata. The safetensors package "
          "refuses the file too.");
    }
    fail("the header's entry '" + excerpt(name_) + "' is not {dtype, shape, data_offsets}");
  }

  void meet(unsigned field) {
    if ((records.back().fields & field) != 0) refuse();
    records.back().fields |= field;
  }

  int depth_ = 0;
  bool in_metadata_ = false, met_metadata_ = false;
  size_t numbers_ = 0;
  std::string name_, field_;
  std::vector<uint64_t>* array_ = nullptr;
};

void refuse_duplicate_names(const std::vector<Record>& records) {
  std::vector<std::string_view> names;
  names.reserve(records.size());
  for (const Record& record : records) names.push_back(record.name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) fail_twice(*twice);
}

TensorView make_view(const Record& record) {
  const bool too_large =
      std::any_of(record.shape.begin(), record.shape.end(), [](uint64_t size) { return size > INT64_MAX; });
  if (too_large || record.offsets.size() != 2)
    fail("tensor '" + excerpt(record.name) + "' has a bad shape or data_offsets");
  TensorView view = contiguous_view(record.dtype, {record.shape.begin(), record.shape.end()});
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
    fail("its header claims " + std::to_string(header) + " bytes, at most " +
         format_count(static_cast<int64_t>(kMaxHeader)) + " are read");
  if (!fits(8, header, found)) {
    throw Error(ErrorCode::corrupt, {},
                "the file is cut off inside its header: " + format_count(static_cast<int64_t>(8 + header)) +
                    " bytes expected at least, " + format_count(static_cast<int64_t>(found)) + " found",
                "Download it again.");
  }
  HeaderReader reader;
  const std::string_view text = as_text(file.bytes.subspan(8, header));
  nlohmann::json::sax_parse(text, &reader);

  refuse_duplicate_names(reader.records);
  std::vector<std::shared_ptr<TensorView>> views;
  for (Record& record : reader.records) {
    views.push_back(std::make_shared<TensorView>(make_view(record)));
    record.shape = {};  // now the view's; there may be very many
  }
  const uint64_t size = check_tiling(reader.records);
  const ByteSpan data = file.bytes.subspan(8 + header);
  if (size < data.size()) fail(std::to_string(data.size() - size) + " bytes follow the last tensor");
  std::string truncation;
  if (size > data.size()) truncation = cut_off(8 + header + size, false, found, options);
  Dict tensors;
  for (size_t i = 0; i < views.size(); ++i) {
    const auto& offsets = reader.records[i].offsets;
    views[i]->storage_key = std::to_string(i);
    if (offsets[1] <= data.size()) {
      views[i]->storage = data.subspan(offsets[0], offsets[1] - offsets[0]);
      views[i]->owner = file.owner;
    }
    tensors.emplace_back(std::move(reader.records[i].name),
                         std::shared_ptr<const TensorView>(std::move(views[i])));
  }
  return {Format::safetensors,
          Value::dict(std::move(tensors)),
          std::move(reader.metadata),
          {},
          std::move(truncation)};
}

}  // namespace zoo
