// What the parts of a data set are called in names of folders and files.
#pragma once

#include <string_view>

namespace zoo {

// "train", "val" or "test" where that is all that a name says: "train", "Training", "VAL", "dev",
// "test_images", "dataset-train", "trainset", "train2017"; empty for other names. "eval" is "test", as
// Hugging Face has it.
std::string_view part_called(std::string_view name);
// The same where one word of several says it: "imagenet-train-0001.tar", "seg_test".
std::string_view part_in(std::string_view name);

}  // namespace zoo
