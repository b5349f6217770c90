// Weights that no manifest has: those on Hugging Face's hub, and whatever a URL leads to.
#pragma once

#include <filesystem>
#include <string>

#include "zoo/fetch/fetch.h"
#include "zoo/fetch/hub.h"
#include "zoo/manifest/manifest.h"

namespace zoo {

struct UnlistedFile {
  WeightFile file;                      // in the cache below hf/ or url/, where no listed file can be
  std::string commit;                   // of the hub's repository, where it was asked; else empty
  std::filesystem::path in_place = {};  // where Hugging Face's own cache has it, if that is to be used
};

// What is known of the file at a URL: its SHA-256 from "#sha256=...", from the hub where it is the hub's, or
// its prefix from a file name such as "resnet18-f37072fd.pth". The hub is asked only if the file is not in
// the cache. Throws Error{usage} for a hash that is none, and as look_up.
UnlistedFile file_of_url(const std::string& url, const FetchOptions& options = {});
// The same of a file in a repository. Where the hub may not be asked (options.offline, is_hub_offline()), the
// file that Hugging Face's own cache has of the revision.
UnlistedFile file_of_hub(const HubName& name, const std::string& file, const FetchOptions& options = {});

// Gets such a file, with a note about what was trusted. Throws as fetch().
FetchResult fetch_unlisted(const std::string& name, const UnlistedFile& unlisted,
                           const FetchOptions& options);

struct HubModel {
  std::filesystem::path folder;  // with the weights and config.json
  FetchResult weights;
  UnlistedFile file;
};
// model.safetensors and its configuration. Where the hub may not be asked and they are not in the cache, the
// model in Hugging Face's own cache, in any of the files that hubs give weights, used where it lies. Throws
// as fetch() and look_up().
HubModel fetch_hub_model(const HubName& name, const FetchOptions& options = {});

}  // namespace zoo
