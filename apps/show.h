// The two things that `zoo show` can show.
#pragma once

#include "zoo/core/arch.h"
#include "zoo/core/manifest.h"

namespace zoo::apps {

void show_weight(const WeightRecord& record, bool json);
void show_arch(const ArchSpec& spec, const Manifest& manifest, bool json);

}  // namespace zoo::apps
