#include "zoo/checkpoint/sharded.h"

#include <algorithm>
#include <array>
#include <set>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/shard_index.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kWeightFiles{"model.safetensors",  "model.safetensors.index.json",
                                                       "pytorch_model.bin",  "pytorch_model.bin.index.json",
                                                       "flax_model.msgpack", "tf_model.h5"};
constexpr size_t kMaxShards = 10'000;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

void refuse_unpacked_here(const fs::path& folder) {
  std::error_code unreadable;  // then nothing is there
  if (!fs::is_regular_file(folder / "data.pkl", unreadable) ||
      (!fs::is_directory(folder / "data", unreadable) &&
       !fs::is_regular_file(folder / "version", unreadable)))
    return;
  const fs::path whole = fs::weakly_canonical(folder, unreadable);
  const std::string name = whole.filename().string();
  throw Error(ErrorCode::unsupported, folder.string(),
              "a checkpoint of torch.save that was unpacked: the parts of one file, which torch.load cannot "
              "read either",
              "Pack it again: cd '" + whole.parent_path().string() + "' && zip -0 -r -X '" + name +
                  ".pth' '" + name + "', and open that file.");
}

}  // namespace

std::optional<fs::path> find_weights_in(const fs::path& folder) {
  for (const std::string_view name : kWeightFiles) {
    if (fs::is_regular_file(folder / name)) return folder / name;
  }
  return std::nullopt;
}

bool is_weights_name(std::string_view file_name) {
  return std::ranges::find(kWeightFiles, file_name) != kWeightFiles.end();
}

void refuse_unpacked(const fs::path& folder) {
  refuse_unpacked_here(folder);
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) refuse_unpacked_here(entry.path());
}

fs::path weights_in(const fs::path& folder) {
  if (auto weights = find_weights_in(folder)) return *weights;
  refuse_unpacked(folder);
  throw Error(ErrorCode::not_found, folder.string(),
              "a folder without " + join({kWeightFiles.begin(), kWeightFiles.end()}, ", "),
              "Name the file with the weights.");
}

Contents read_shards(const fs::path& index, ByteSpan text, const OpenOptions& options) {
  WeightMap missing = parse_shard_index(text);
  const WeightMap listed = missing;
  std::set<std::string> files;
  for (const auto& [name, file] : listed) files.insert(file);
  if (files.size() > kMaxShards) fail("the index lists more than " + std::to_string(kMaxShards) + " shards");

  Contents contents;
  Dict tensors;
  for (const std::string& file : files) {
    const fs::path path = index.parent_path() / file;
    if (!fs::is_regular_file(path))
      throw Error(ErrorCode::not_found, {}, "the shard '" + excerpt(file) + "' is missing",
                  "Download it too.");
    const auto map = std::make_shared<const MappedFile>(path);
    const Checkpoint shard = Checkpoint::read(map->bytes(), map, path, options);
    contents.format = shard.format();
    for (const auto& [name, tensor] : shard.tensors()) {
      const auto found = listed.find(name);
      if (found == listed.end() || found->second != file) {
        fail("tensor '" + excerpt(name) + "' is in the shard '" + excerpt(file) + "', the index " +
             (found == listed.end() ? "does not list it" : "says it is in '" + excerpt(found->second) + "'"));
      }
      if (missing.erase(name) == 0)
        fail("the shard '" + excerpt(file) + "' has '" + excerpt(name) + "' twice");
      TensorView view = tensor;
      view.storage_key = file + '/' + view.storage_key;
      tensors.emplace_back(name, std::move(view));
    }
    contents.metadata.insert(shard.metadata().begin(), shard.metadata().end());
    contents.globals.insert(shard.globals().begin(), shard.globals().end());
    contents.is_torch_script |= shard.is_torch_script();
    if (!shard.truncation().empty()) contents.truncation = file + ": " + shard.truncation();
  }
  if (!missing.empty()) {
    fail("the shard '" + excerpt(missing.begin()->second) + "' lacks the tensor '" +
         excerpt(missing.begin()->first) + "'");
  }
  contents.root = Value::dict(std::move(tensors));
  return contents;
}

}  // namespace zoo
