#include "apps/add/users_manifest.h"

#include <system_error>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kSource = "user";

Json read_or_begin(const fs::path& path) {
  std::error_code none;
  Json document{{"version", 1},
                {"sources", Json::object()},
                {"label_sets", Json::object()},
                {"preprocess", Json::object()},
                {"weights", Json::array()}};
  if (fs::exists(path, none)) document = Json::parse(read_text(path));  // it was read, and so checked, before
  if (!document["sources"].contains(kSource)) {
    document["sources"][kSource] = {{"license", "not stated"}, {"origin", "zoo add"}};
  }
  return document;
}

Json to_json(const WeightRecord& record) {
  const WeightFile& file = record.file();
  Json preprocess = Json::parse(zoo::to_json(record.preprocess));
  if (record.preprocess.resize == ResizeMode::none) preprocess.erase("resize_px");
  Json json{{"name", record.name},
            {"source", kSource},
            {"dataset", record.dataset},
            {"num_classes", nullptr},
            {"files",
             {{{"urls", file.urls},
               {"name", file.name},
               {"sha256", file.sha256},
               {"bytes", file.bytes},
               {"format", file.format},
               {"layout", file.layout}}}},
            {"preprocess", preprocess},
            {"params", record.params},
            {"macs", record.macs}};
  if (record.num_classes) json["num_classes"] = *record.num_classes;
  if (!record.labels.empty()) json["labels"] = record.labels;
  if (!record.license.empty()) json["license"] = record.license;
  if (!record.origin.empty()) json["origin"] = record.origin;
  return json;
}

}  // namespace

fs::path add_to_users_manifest(const WeightRecord& record, const std::vector<std::string>& labels) {
  const fs::path path = Manifest::users_path();
  if (path.empty()) {
    throw Error(ErrorCode::usage, "", "no place for your own weights: neither ZOO_MANIFEST nor HOME is set",
                "Set ZOO_MANIFEST to a file of your choice.");
  }
  const fs::path folder = fs::absolute(path).parent_path();
  std::error_code failed, none;
  fs::create_directories(folder / "labels", failed);
  if (failed) throw Error(ErrorCode::io, folder.string(), "cannot create the folder: " + failed.message());
  AtomicFile file(path, [] {});  // held: two of us take their turns
  Json document = read_or_begin(path);
  document["weights"].push_back(to_json(record));
  const std::string name = "labels/" + record.labels + ".txt";
  const bool is_new = !record.labels.empty() && !fs::exists(folder / name, none);
  if (!record.labels.empty()) {
    if (record.labels.find_first_of("/\\") != std::string::npos ||
        record.labels.find('\0') != std::string::npos)
      throw Error(ErrorCode::usage, record.labels, "is no name for a file of labels", "Give another NAME.");
    write_text(folder / name, join(labels, "\n") + "\n");
    document["label_sets"][record.labels] = {{"file", name}, {"classes", labels.size()}};
  }
  try {
    file.write(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    Manifest::load(Manifest::shipped_path(), file.temporary());
    file.commit();
  } catch (...) {
    if (is_new) fs::remove(folder / name, none);
    throw;
  }
  return path;
}

}  // namespace zoo::apps
