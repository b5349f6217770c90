// zoo show: all that is known of a weight or an architecture.
#include "apps/show.h"

#include <cxxopts.hpp>

#include "apps/commands.h"
#include "apps/options.h"

namespace zoo::apps {

int run_show(const Arguments& arguments) {
  auto options =
      make_options("zoo show", "NAME|ARCH [--json]",
                   "Show all that is known of a weight, or of an architecture. A weight may be given by\n"
                   "the name that its publisher uses.");
  options.add_options()("json", "print a JSON object; for an architecture with all its tensors");
  const auto flags = parse_options(options, arguments);
  const std::string name =
      operands(options, flags, {.at_least = 1, .at_most = 1, .what = "a NAME or ARCH"}).front();
  const bool json = flags.count("json") > 0;
  const Manifest manifest = Manifest::load_default();
  if (const ArchSpec* spec = find_arch(name)) {
    show_arch(*spec, manifest, json);
  } else {
    show_weight(manifest.get(name), json);
  }
  return 0;
}

}  // namespace zoo::apps
