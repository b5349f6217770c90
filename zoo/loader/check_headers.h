// A first look at pictures that will be needed only after hours.
#pragma once

#include <functional>

#include "zoo/datasets/dataset.h"
#include "zoo/loader/loader_options.h"

namespace zoo {

// Reads the header of every picture, with the options that it will be decoded with, on all cores; nothing
// where they say that bad pictures are skipped. `go_on` is called before each and may throw. Throws Error
// with the name of the first picture that cannot be read, and how many there are.
void check_headers(const Dataset& dataset, const LoaderOptions& options, const std::function<void()>& go_on);

}  // namespace zoo
