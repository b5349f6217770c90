// Hugging Face's hub: what its names mean, what it says of a file, and who may see a user's token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "zoo/cache/hub_name.h"
#include "zoo/fetch/download.h"

namespace zoo {

struct HubUrl {
  HubName name;
  std::string file;  // "model.safetensors", "sub/model.bin"
};
// Of HUB/OWNER/REPO/resolve/REV/FILE, where HUB is hub_endpoint(); nothing if it is another URL.
std::optional<HubUrl> parse_hub_url(const std::string& url);

// $HF_ENDPOINT, else https://huggingface.co. Throws Error{usage} if that is no https or http URL.
std::string hub_endpoint();
// A URL of https://huggingface.co as one of hub_endpoint(), any other as it is.
std::string at_hub_endpoint(const std::string& url);
// True if what the hub says cannot have been changed on the way: it is asked over https, or on this machine.
bool is_hub_secure();

// True if the hub must not be asked, as its own library understands it: $HF_HUB_OFFLINE, else
// $TRANSFORMERS_OFFLINE, is 1, on, yes or true.
bool is_hub_offline();
// Whether a URL is one of hub_endpoint().
bool is_of_hub(const std::string& url);

// With the token of $HF_TOKEN, if there is one, for requests to the hub itself and to nobody else; not over
// http, unless the hub is on this machine. Throws Error{usage}, without showing it, if it can be no token.
NetworkOptions with_hub_token(NetworkOptions options);

// What the hub says of a file.
struct HubFile {
  std::string url;     // of this very commit
  std::string commit;  // 40 hex digits
  std::string sha256;  // 64 hex digits; empty for files that the hub keeps in git itself (config.json)
  int64_t bytes = -1;  // -1 = not said
};
// Throws DownloadError{final} if there is no such repository, revision or file, the user may not see it, or
// is_hub_offline(); Error{network} if the answer makes no sense or is cut.
HubFile look_up(const HubName& name, const std::string& file, const NetworkOptions& options);

// A small text file. Throws as look_up.
std::string read_hub_text(const HubName& name, const std::string& file, const NetworkOptions& options);

// The licence that the repository's card names ("apache-2.0"), or "".
std::string hub_license(const HubName& name, const NetworkOptions& options);

}  // namespace zoo
