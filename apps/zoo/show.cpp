// zoo show: all that is known of a weight or an architecture.
#include "apps/zoo/show.h"

#include <iostream>

#include <cxxopts.hpp>

#include "apps/cli/options.h"
#include "apps/zoo/commands.h"
#include "apps/zoo/papers.h"
#include "zoo/arch/arch.h"
#include "zoo/base/foreign_text.h"

namespace zoo::apps {

int run_show(const Arguments& arguments) {
  auto options =
      make_options("zoo show", "NAME|ARCH [--json | --log | --bibtex]",
                   "Show all that is known of a weight, or of an architecture. A weight may be given by\n"
                   "the name that its publisher uses.");
  options.add_options()("bibtex", "print only the paper to cite, as BibTeX")(
      "log", "print only the URLs of the publisher's training logs")(
      "json", "print a JSON object; for an architecture with all its tensors");
  const auto flags = parse_options(options, arguments);
  const std::string name =
      operands(options, flags, {.at_least = 1, .at_most = 1, .what = "a NAME or ARCH"}).front();
  const bool json = flags.count("json") > 0;
  const Manifest manifest = Manifest::load_default();
  if (flags.count("log") > 0) {
    const WeightRecord& record = manifest.get(name);
    if (record.log_urls.empty())
      std::cerr << "No training log of " << printable(record.name) << " is published.\n";
    for (const std::string& url : record.log_urls) std::cout << printable(url) << '\n';
    return 0;
  }
  if (flags.count("bibtex") > 0) {
    const ArchSpec* spec = find_arch(name);
    std::cout << bibtex(spec != nullptr ? spec->paper : manifest.get(name).paper);
    return 0;
  }
  if (const ArchSpec* spec = find_arch(name)) {
    show_arch(*spec, manifest, json);
  } else {
    show_weight(manifest.get(name), json);
  }
  return 0;
}

}  // namespace zoo::apps
