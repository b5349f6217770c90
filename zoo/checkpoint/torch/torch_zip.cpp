// torch.save's zip files (torch 1.6 and newer) and TorchScript archives: <root>/data.pkl is the object,
// <root>/data/<key> a storage, <root>/byteorder says "little" or "big" (nothing: "little"). Of a TorchScript
// archive the tensors are read and the code is ignored.
#include <array>
#include <string>

#include "zoo/archive/zip.h"
#include "zoo/base/error.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/torch/big_endian.h"
#include "zoo/checkpoint/torch/torch_objects.h"

namespace zoo {
namespace {

constexpr std::string_view kPickle = "data.pkl";
constexpr std::string_view kDamaged = "Download the file again.";

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what, std::string(kDamaged));
}

// What else the world keeps in zip files.
[[noreturn]] void refuse_archive(const ZipArchive& archive) {
  struct Kind {
    std::string_view ending, what, remedy;
  };
  constexpr std::string_view kUnpack = "Unpack it with 'unzip' and open that file.";
  constexpr std::string_view kExported =
      "Save its weights in Python: torch.save(torch.export.load('FILE.pt2').state_dict, 'FILE.pth'), and "
      "open that.";
  constexpr std::array kKinds{
      Kind{"models/model.json", "a program of torch.export (.pt2)", kExported},
      Kind{"serialized_exported_program.json", "a program of torch.export (.pt2)", kExported},
      Kind{"archive_format", "a program of torch (.pt2)",
           "If torch.export.save wrote it, see torch.export.load; a compiled one keeps no weights under "
           "their names."},
      Kind{".npy", "a numpy .npz archive",
           "Load it in Python and save its arrays with torch.save or as safetensors."},
      Kind{"model.weights.h5", "a Keras 3 model that holds", kUnpack},
      Kind{"saved_model.pb", "an archive of a TensorFlow SavedModel",
           "Export the weights as safetensors, and open that."},
      Kind{".safetensors", "a zip archive that holds", kUnpack},
      Kind{".pth", "a zip archive that holds", kUnpack},
      Kind{".pt", "a zip archive that holds", kUnpack},
      Kind{".bin", "a zip archive that holds", kUnpack},
      Kind{".ckpt", "a zip archive that holds", kUnpack},
      Kind{".tar", "a zip archive that holds", kUnpack},
      Kind{".h5", "a zip archive that holds", kUnpack},
      Kind{".msgpack", "a zip archive that holds", kUnpack},
  };
  for (const Kind& kind : kKinds) {
    for (const ZipEntry& entry : archive.entries()) {
      if (!entry.name.ends_with(kind.ending)) continue;
      throw Error(ErrorCode::unsupported, {}, std::string(kind.what) + " '" + excerpt(entry.name) + "'",
                  std::string(kind.remedy));
    }
  }
  std::string names;
  for (size_t i = 0; i < archive.entries().size() && i < 3; ++i)
    names += (i == 0 ? "" : ", ") + excerpt(archive.entries()[i].name);
  throw Error(
      ErrorCode::unsupported, {},
      "a zip file that torch did not write: it has no data.pkl, but " + (names.empty() ? "nothing" : names),
      "If a checkpoint is packed into it, unpack it first.");
}

// "archive/" for "archive/data.pkl". The root's name is the file's at the time of saving, so it can be
// anything: to PyTorch it is the first record's folder. Archives that were packed again may have the object
// deeper, or in no folder; PyTorch reads none of these, so that there is one reading where there is one
// object.
std::string find_root(const ZipArchive& archive) {
  const auto folder_of = [](std::string_view name, size_t slash) {
    return std::string(name.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  };
  std::string root;
  bool found = false;
  if (!archive.entries().empty()) {
    const std::string_view first = archive.entries().front().name;
    root = folder_of(first, first.find('/'));
    found = archive.find(root + std::string(kPickle)) != nullptr;
  }
  for (const ZipEntry& entry : archive.entries()) {
    if (found || (entry.name != kPickle && !entry.name.ends_with("/data.pkl"))) continue;
    root = folder_of(entry.name, entry.name.rfind('/'));
    found = true;
  }
  if (!found) refuse_archive(archive);
  for (const ZipEntry& entry : archive.entries()) {
    if (entry.name.starts_with(root)) continue;
    throw Error(ErrorCode::corrupt, {},
                "a zip file with the record '" + excerpt(entry.name) + "' outside the folder '" +
                    excerpt(root) + "' of its object: it can be read in two ways",
                "If it was packed by hand, unpack it and pack that folder alone with 'zip -0 -r -X'.");
  }
  return root;
}

bool is_big_endian(const ZipArchive& archive, const std::string& root) {
  const ZipEntry* entry = archive.find(root + "byteorder");
  if (entry == nullptr) return false;
  const ZipRecord record = archive.read({entry}, true).front();
  const std::string_view order = as_text(record.bytes);
  if (order != "little" && order != "big") {
    fail("the record 'byteorder' says '" + excerpt(order) + "', expected 'little' or 'big'");
  }
  return order == "big";
}

Pickle read_object(ByteSpan bytes, TorchObjects& objects) {
  try {
    return read_pickle(bytes, objects);
  } catch (const Error& error) {
    throw Error(error.code(), "data.pkl", error.what());
  }
}

// The directory of a zip file is at its end, but torch writes the pickle first.
Contents read_cut_off(const FileBytes& file, const OpenOptions& options) {
  const auto first = first_zip_record(file.bytes);
  if (!first || first->deflated || !first->name.ends_with(kPickle)) {
    fail("the file is cut off: a zip file without its directory, " + std::to_string(file.bytes.size()) +
         " bytes");
  }
  TorchObjects objects;
  Pickle pickle;
  try {
    pickle = read_object(first->data, objects);
  } catch (const Error& error) {
    fail("the file is cut off or damaged inside its header, " + std::to_string(file.bytes.size()) +
         " bytes were found (" + error.what() + ")");
  }
  const uint64_t header = file.bytes.size() - first->data.size() + pickle.size;
  const uint64_t expected = header + static_cast<uint64_t>(objects.storage_bytes());
  std::string truncation =
      cut_off(std::max<uint64_t>(expected, file.bytes.size() + 1), true, file.bytes.size(), options);
  return {Format::zip, std::move(pickle.root), {}, std::move(pickle.globals), std::move(truncation)};
}

}  // namespace

Contents read_torch_zip(const FileBytes& file, const OpenOptions& options) {
  if (!has_zip_directory(file.bytes)) return read_cut_off(file, options);
  const ZipArchive archive(file.bytes, file.owner);
  const std::string root = find_root(archive);
  const bool big_endian = is_big_endian(archive, root);
  const ZipRecord object = archive.read({archive.find(root + std::string(kPickle))}, true).front();
  TorchObjects objects;
  Pickle pickle = read_object(object.bytes, objects);
  if (pickle.size != object.bytes.size()) fail("bytes follow the pickle in data.pkl");

  std::vector<const ZipEntry*> entries;
  for (const Storage& storage : objects.storages()) {
    const ZipEntry* entry = archive.find(root + "data/" + storage.key);
    if (entry == nullptr) fail("the record 'data/" + excerpt(storage.key) + "' is missing");
    if (entry->size != static_cast<uint64_t>(storage.bytes)) {
      fail("record 'data/" + excerpt(storage.key) + "' has " + std::to_string(entry->size) +
           " bytes, its tensors need " + std::to_string(storage.bytes));
    }
    entries.push_back(entry);
  }
  const std::vector<ZipRecord> records = archive.read(entries, options.check_crc);
  const auto attach = big_endian ? attach_big_endian : TorchObjects::attach;
  for (size_t i = 0; i < records.size(); ++i) {
    attach(objects.storages()[i], records[i].bytes, records[i].owner);
  }
  return {Format::zip, std::move(pickle.root),
          {},          std::move(pickle.globals),
          {},          archive.find(root + "constants.pkl") != nullptr};
}

}  // namespace zoo
