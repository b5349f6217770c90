// CIFAR-10 and CIFAR-100 in their Python version: pickled dicts with the pictures as one array of numpy, as a
// folder or as the .tar.gz that is published. Nothing in the pickles is executed.
#include <algorithm>
#include <map>

#include "zoo/archive/inflate.h"
#include "zoo/archive/shard_tar.h"
#include "zoo/archive/tar.h"
#include "zoo/base/error.h"
#include "zoo/base/file_bytes.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/numpy_values.h"
#include "zoo/checkpoint/pickle/pickle.h"
#include "zoo/checkpoint/pickle/pickle_text.h"
#include "zoo/datasets/arrays/cifar_kind.h"
#include "zoo/datasets/arrays/cifar_python.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLargestArchive = 1'000'000'000;  // inflated; CIFAR's have 186 million bytes

class NumpyArrays : public PickleHost {
 public:
  // How Python 3 writes bytes in protocol 2.
  std::optional<Value> call(const std::string& name, const std::vector<Value>& args) override {
    if (name == "_codecs.encode" && !args.empty() && args[0].as_string() != nullptr) {
      return Bytes{to_latin1(*args[0].as_string())};
    }
    return std::nullopt;
  }
  std::optional<Value> build(const Opaque& object, const Value& state) override {
    if (object.class_name != "numpy.core.multiarray._reconstruct" &&
        object.class_name != "numpy._core.multiarray._reconstruct") {
      return std::nullopt;
    }
    return numpy_array_state(state, {});
  }
};

[[noreturn]] void refuse(const std::string& file, const std::string& what) {
  throw Error(ErrorCode::corrupt, file, what, "Get the file again, of CIFAR's Python version.");
}

// Python 2 pickles text as bytes.
const Value* find(const Value& dict, std::string_view key) {
  if (const Value* found = dict.find(key)) return found;
  if (dict.as_dict() == nullptr) return nullptr;
  for (const auto& [name, value] : *dict.as_dict()) {
    if (name.as_bytes() != nullptr && name.as_bytes()->data == key) return &value;
  }
  return nullptr;
}

Value unpickle(ByteSpan bytes, const std::string& file) {
  NumpyArrays host;
  try {
    return read_pickle(bytes, host).root;
  } catch (const Error& error) {
    throw Error(error.code(), file, error.what());
  }
}

RawBatch read_batch(const Value& dict, const CifarKind& kind, const std::string& file,
                    const std::string& name) {
  const Value* data = find(dict, "data");
  const TensorView* array = data == nullptr ? nullptr : data->as_tensor();
  if (array == nullptr) refuse(file, "no array of numpy called 'data' in it");
  const auto row = static_cast<int64_t>(kCifarSize.bytes());
  if (array->dtype != DType::u8 || array->shape.size() != 2 || array->shape[1] != row ||
      !array->is_contiguous()) {
    refuse(file, "'data' is " + shape_text(array->shape) + " of " + std::string(to_string(array->dtype)) +
                     ", expected [N, 3072] of uint8");
  }
  if (array->shape[0] == 0) refuse(file, "no picture in it");
  const std::string key = kind.classes == 10 ? "labels" : "fine_labels";
  const Value* labels = find(dict, key);
  const auto* items = labels == nullptr ? nullptr : labels->as_sequence();
  if (items == nullptr) refuse(file, "no list called '" + key + "' in it");
  if (static_cast<int64_t>(items->size()) != array->shape[0]) {
    refuse(file,
           std::to_string(items->size()) + " labels for " + std::to_string(array->shape[0]) + " pictures");
  }
  RawBatch batch{.name = name,
                 .source = {{array->owner, array->storage}, file},
                 .begin = 0,
                 .stride = kCifarSize.bytes(),
                 .labels = {},
                 .part = cifar_part(name)};
  for (size_t i = 0; i < items->size(); ++i) {
    const int64_t* label = (*items)[i].as_int();
    if (label == nullptr || *label < 0 || *label >= kind.classes) {
      refuse(file, "the label of picture " + std::to_string(i) + " is " +
                       (label == nullptr ? "no number" : std::to_string(*label)) + ", expected 0 to " +
                       std::to_string(kind.classes - 1));
    }
    batch.labels.push_back(static_cast<int32_t>(*label));
  }
  return batch;
}

std::vector<std::string> read_names(const Value& dict, const CifarKind& kind, const std::string& file) {
  const Value* names = find(dict, kind.classes == 10 ? "label_names" : "fine_label_names");
  const auto* items = names == nullptr ? nullptr : names->as_sequence();
  std::vector<std::string> classes;
  for (size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const std::string* name = (*items)[i].as_string();
    if (name == nullptr) refuse(file, "the name of class " + std::to_string(i) + " is no text");
    classes.push_back(*name);
  }
  if (static_cast<int64_t>(classes.size()) != kind.classes) {
    refuse(file, std::to_string(classes.size()) + " class names, expected " + std::to_string(kind.classes));
  }
  return classes;
}

bool is_meta(std::string_view name) {
  return name == "batches.meta" || name == "meta";
}
bool is_batch(std::string_view name) {
  return name.starts_with("data_batch_") || name == "test_batch" || name == "train" || name == "test";
}

using Files = std::map<std::string, ByteSpan>;  // by name, without folders

std::unique_ptr<Dataset> make_set(const Files& files, const std::string& where) {
  const bool is_100 = files.contains("train") || files.contains("test");
  const CifarKind& kind = is_100 ? kCifar100 : kCifar10;
  std::vector<std::string> classes = class_names(kind);
  std::vector<RawBatch> batches, tests;
  const std::string before = where + "/";
  for (const auto& [name, bytes] : files) {
    const std::string file = before + name;
    const Value dict = unpickle(bytes, file);
    if (is_meta(name)) {
      classes = read_names(dict, kind, file);
    } else {
      (cifar_part(name) == "test" ? tests : batches).push_back(read_batch(dict, kind, file, name));
    }
  }
  std::move(tests.begin(), tests.end(), std::back_inserter(batches));
  return make_raw_pictures(std::move(batches), kCifarSize, std::move(classes));
}

void require_batches(const Files& files, const std::string& where) {
  if (std::any_of(files.begin(), files.end(), [](const auto& file) { return is_batch(file.first); })) return;
  throw Error(ErrorCode::not_found, where,
              "no batch of CIFAR's Python version in it (data_batch_1, train, ...)");
}

std::unique_ptr<Dataset> open_archive(const fs::path& file) {
  const HeldBytes content = read_maybe_gzip(file, kLargestArchive);
  Files files;
  try {
    for (const TarMember& member : read_tar(content.bytes)) {
      const size_t slash = member.name.rfind('/');
      const std::string name(member.name.substr(slash == std::string_view::npos ? 0 : slash + 1));
      if (!is_batch(name) && !is_meta(name)) continue;
      if (member.data.size() < member.size) refuse(name, "is cut off");
      if (!files.emplace(name, member.data).second) refuse(name, "is in it twice");
    }
  } catch (const Error& error) {
    throw Error(error.code(), file.string(), error.what());
  }
  require_batches(files, file.string());
  return make_set(files, file.string());
}

}  // namespace

bool is_cifar_python(const fs::path& folder) {
  std::error_code error;
  const auto has = [&](const char* name) { return fs::is_regular_file(folder / name, error); };
  return has("data_batch_1") || has("test_batch") || (has("meta") && (has("train") || has("test")));
}

bool is_cifar_archive(const fs::path& file) {
  if (file.filename().native().starts_with("cifar-10")) return true;
  if (!is_gzip(file)) return false;
  const ByteSource source = open_maybe_gzip(file, kLargestArchive);
  if (!is_tar(source)) {
    throw Error(ErrorCode::unsupported, file.string(), "is gzip, and what is in it is no tar file",
                "Unpack it (gunzip).");
  }
  constexpr int kLooked = 16;  // the archives have eight files at most
  ShardTar tar(source);
  for (int i = 0; i < kLooked; ++i) {
    const auto member = tar.next();
    if (!member) return false;
    if (is_batch(fs::path(member->name).filename().native())) return true;
  }
  return false;
}

std::unique_ptr<Dataset> open_cifar_python(const fs::path& root) {
  std::error_code error;
  if (!fs::exists(root, error)) throw Error(ErrorCode::not_found, root.string(), "no such file or folder");
  if (!fs::is_directory(root, error)) return open_archive(root);
  std::vector<HeldBytes> contents;
  Files files;
  for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!is_batch(name) && !is_meta(name)) continue;
    contents.push_back(read_bytes(it->path()));
    files.emplace(name, contents.back().bytes);
  }
  if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
  require_batches(files, root.string());
  return make_set(files, root.string());
}

}  // namespace zoo
