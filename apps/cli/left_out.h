// Files of a data set's folder that are not part of it: said, never silent.
#pragma once

namespace zoo {
class Dataset;
}

namespace zoo::apps {

// On stderr, one line a file; of many, the first ten and how many more.
void report_left_out(const Dataset& dataset);

}  // namespace zoo::apps
