// What a user calls a model on Hugging Face's hub, and where such weights lie in the cache. Needs no network.
#pragma once

#include <string>
#include <string_view>

namespace zoo {

struct HubName {
  std::string owner, repository;
  std::string revision = "main";  // a branch, tag or commit

  std::string text() const;  // "hf:OWNER/REPO", and "@REV" where it is not main
};

bool is_hub_name(std::string_view text);  // begins with "hf:"
// "hf:OWNER/REPO[@REV]". Throws Error{usage} for anything that could mean another place: "..", spaces, ...
HubName parse_hub_name(std::string_view text);

// Where in the cache the files of such a repository lie: "hf/OWNER--REPO/REV/", another folder for each
// revision
// ("a%2Fb" is the revision a/b, "a-%2Db" a--b). No listed file can be there.
std::string hub_cache_folder(const HubName& name);
// Letters, digits and . _ -; nothing that is hidden, a flag or a way up.
bool is_plain_name(std::string_view text);

}  // namespace zoo
