// The two things that `zoo show` can show.
#pragma once

#include "zoo/arch/arch.h"
#include "zoo/manifest/manifest.h"

namespace zoo::apps {

void show_weight(const WeightRecord& record, bool json);
void show_arch(const ArchSpec& spec, const Manifest& manifest, bool json);

}  // namespace zoo::apps
