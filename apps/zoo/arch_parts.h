// What a net has besides its blocks, stem and shortcuts, in words.
#pragma once

#include <string>
#include <vector>

#include "zoo/arch/arch.h"

namespace zoo::apps {

std::vector<std::string> other_parts(const ArchSpec& spec);

}  // namespace zoo::apps
