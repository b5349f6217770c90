// What is published, by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "zoo/manifest/weight_record.h"

namespace zoo {

// A weight's record (preprocessing, published numbers, licence, files, ...) with the names of its classes.
struct Weight : WeightRecord {
  std::vector<std::string> class_names;  // one a class, in the order of the outputs; empty where nobody says
};

// By "resnet50.tv2_in1k", a bare architecture ("resnet50": its default weight), or a publisher's name for it,
// of the shipped manifest and the user's. Nothing is downloaded. Throws Error{not_found} with the nearest
// names, and as Manifest::load_default().
Weight weight(const std::string& name);
// The names of the weights that the glob pattern fits ("resnet50.*"), in the manifest's order; "" fits all.
std::vector<std::string> list_weights(std::string_view pattern = {});

}  // namespace zoo
