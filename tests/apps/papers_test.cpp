// How to cite: every paper that an architecture or a weight names is known.
#include "apps/zoo/papers.h"

#include <catch2/catch.hpp>

#include "zoo/arch/arch.h"
#include "zoo/manifest/manifest.h"

using namespace zoo;

namespace {

void check_known(const std::string& url) {
  CHECK(apps::reference(url) != url);
  CHECK(apps::reference(url).ends_with(". " + url));
  CHECK(apps::bibtex(url).find("  author = {") != std::string::npos);
}

}  // namespace

TEST_CASE("the paper of every architecture is known") {
  for (const ArchSpec& arch : arch_table()) {
    INFO(arch.name);
    check_known(std::string(arch.paper));
  }
}

TEST_CASE("the paper of every weight is known") {
  const Manifest manifest = Manifest::load(std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json");
  for (const WeightRecord& record : manifest.records()) {
    INFO(record.name);
    check_known(record.paper);
  }
}

TEST_CASE("a paper that is not known is cited by its URL") {
  CHECK(apps::reference("https://example.org/paper") == "https://example.org/paper");
  CHECK(apps::bibtex("https://example.org/paper") ==
        "@misc{paper,\n  url = {https://example.org/paper}\n}\n");
}
