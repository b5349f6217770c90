// Where a ResNet is among the tensors of a file: training frameworks put it into other modules, and other
// modules, queues, losses and second nets beside it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/layouts/layouts.h"

namespace zoo {

// What a tensor of the file is to the net.
enum class Place {
  net,      // one of the net's own, or of a module of its backbone that no ResNet of zoo's has
  between,  // of a module between the pictures and the answer: a layer in front of the net, a pool or a neck
            // with tensors, a layer that reads the head's output
  beside,   // of something else: a loss, a queue, a projection, another net
};

struct NetTensor {
  Place place = Place::beside;
  std::string name;  // of Place::net: free of wrappers and of what stands before the net's names
};

struct NetNames {
  std::vector<NetTensor> tensors;   // one for each of the file's
  std::string prefix;               // of the net's names, as the file has it: "module.encoder_q."
  std::optional<Layout> layout;     // none: no name is known
  std::vector<std::string> others;  // prefixes of the other nets in the file
  std::vector<std::string>
      ambiguous;  // several nets of which none is the usual choice; `tensors` is empty then
};

// The net is what stands under the prefix of a stem and a first block. "module.", "_orig_mod." and other
// names of wrappers are taken out wherever in a name they stand. Of several nets that one is taken which the
// file's writer evaluates: not one called an average, a momentum, key or target net (encoder_q, not
// encoder_k; online, not target); then the one that has nothing before its names, or the usual "model."; then
// of a student and a teacher of one architecture the teacher (as DINO does), otherwise the student. A head
// that is a single linear layer in a Sequential ("fc.1.weight") gets the layout's name for it. Where no
// prefix has a stem and a block, all tensors are taken for the net's, without the wrappers that all names
// share.
NetNames find_net(std::span<const NamedShape> tensors);

// "^module\.encoder_q\.=": the renaming after which the net under that prefix is the one without a prefix.
std::string renaming_of_prefix(std::string_view prefix);
// `text` as a regular expression that matches it alone.
std::string regex_of(std::string_view text);

}  // namespace zoo
