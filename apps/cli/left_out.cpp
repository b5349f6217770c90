#include "apps/cli/left_out.h"

#include <algorithm>
#include <iostream>

#include "apps/cli/table.h"
#include "zoo/base/foreign_text.h"
#include "zoo/datasets/dataset.h"

namespace zoo::apps {

void report_left_out(const Dataset& dataset) {
  constexpr size_t most = 10;
  const auto& lines = dataset.left_out();
  for (size_t i = 0; i < std::min(lines.size(), most); ++i)
    std::cerr << "left out: " << excerpt(lines[i], 500) << '\n';
  for (const std::string& note : dataset.notes()) print_note(excerpt(note, 500));
  if (lines.size() > most) std::cerr << "left out: " << lines.size() - most << " more files\n";
}

}  // namespace zoo::apps
