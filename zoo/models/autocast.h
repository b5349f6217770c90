// bf16 arithmetic in the operators that gain from it, as torch.autocast does, while weights and norms stay
// fp32.
#pragma once

#include <c10/core/Device.h>

#include "zoo/models/precision.h"

namespace zoo {

// For this thread, until the end of the scope; weights that were cast are forgotten then. fp32: nothing.
class AutocastScope {
 public:
  AutocastScope(Precision precision, c10::DeviceType device);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool active_, was_enabled_ = false;
  c10::DeviceType device_;
};

}  // namespace zoo
