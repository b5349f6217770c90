// Writes what torch.save writes: <root>/data.pkl, then the storages that it refers to. Everything that would
// change from run to run (the root's name, a time, an id) is fixed.
#include <set>

#include "zoo/archive/zip_writer.h"
#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/torch/torch_pickle_write.h"

namespace zoo {
namespace {

ByteSpan bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

void write_torch_zip(const std::filesystem::path& path, const Value& root) {
  TorchPickle object;
  try {
    object = write_torch_pickle(root);
  } catch (const Error& error) {
    throw Error(error.code(), path.string(), "cannot write it: " + std::string(error.what()));
  }
  std::vector<ZipContent> records{{"archive/data.pkl", bytes_of(object.pickle)},
                                  {"archive/byteorder", bytes_of("little")}};
  for (size_t i = 0; i < object.storages.size(); ++i)
    records.push_back({"archive/data/" + std::to_string(i), object.storages[i]});
  records.push_back({"archive/version", bytes_of("3\n")});
  AtomicFile file(path);
  write_zip(file, records);
  file.commit();
}

void write_torch_zip(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors) {
  Dict dict;
  dict.reserve(tensors.size());
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : tensors) {
    if (!names.insert(name).second)
      throw Error(ErrorCode::usage, path.string(), "two tensors are called '" + excerpt(name) + "'");
    dict.emplace_back(name, tensor);
  }
  write_torch_zip(path, Value::dict(std::move(dict)));
}

}  // namespace zoo
