// What makes a folder a training run's.
#pragma once

namespace zoo {

// The name of a file in it: what a run locks, and by which other parts know that this is no data.
inline constexpr const char* kRunMarker = "zoo_run.json";

}  // namespace zoo
