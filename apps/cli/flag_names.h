// The library names fields, programs name flags.
#pragma once

#include <string>

#include "zoo/base/error.h"

namespace zoo::apps {

// A message with its fields as flags: "batch_size: got 0" becomes "--batch-size: got 0", "data = FILE"
// becomes
// "--data FILE", "overwrite = true" becomes "--overwrite".
std::string in_flags(const std::string& message);

// Runs the body; its errors name flags.
template <class Body>
auto with_flag_names(Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Error(error.code(), {}, in_flags(error.what()));
  }
}

}  // namespace zoo::apps
