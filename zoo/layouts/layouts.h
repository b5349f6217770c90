// The tensors of an architecture: canonical names (torchvision's), shapes and roles, derived from its spec
// alone, and the names that other publishers give them. Knows nothing of files nor of LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/arch/global_pool.h"

namespace zoo {

enum class Role {
  conv_weight,
  conv_bias,  // of the 1x1 convolutions of squeeze-and-excitation and split attention
  norm_weight,
  norm_bias,
  running_mean,
  running_var,
  counter,
  head_weight,
  head_bias
};

struct TensorSpec {
  std::string name;            // canonical: "layer1.0.bn1.running_mean"
  std::vector<int64_t> shape;  // counters (num_batches_tracked, int64) are 0-dim
  Role role;

  bool is_buffer() const {
    return role == Role::running_mean || role == Role::running_var || role == Role::counter;
  }
  int64_t numel() const;
};

struct TensorListOptions {
  int64_t num_classes = 1000;  // 0 = no head
  int64_t in_channels = 3;
  GlobalPool global_pool = GlobalPool::avg;  // decides how wide the head is
};

// All tensors in state-dict order (as torchvision's model.state_dict() has it).
std::vector<TensorSpec> list_tensors(const ArchSpec& spec, const TensorListOptions& options = {});
// The name of the convolution that reads the picture.
std::string_view first_conv_name(const ArchSpec& spec);
// Learnable scalars.
int64_t count_parameters(const ArchSpec& spec, const TensorListOptions& options = {});
// Multiply-accumulates of convolutions (those of attention included) and the head for one height x width
// input.
int64_t count_macs(const ArchSpec& spec, int64_t height, int64_t width,
                   const TensorListOptions& options = {});

// Publishers' names for the same tensors. timm's are torchvision's where torchvision has the part. The last
// two are of Hugging Face's Flax and TensorFlow models: flax_model.msgpack, tf_model.h5, and safetensors of
// both.
enum class Layout { torchvision, timm, openmmlab, huggingface, akamaster, huggingface_flax, huggingface_tf };
std::string_view to_string(Layout layout);
Layout parse_layout(std::string_view text);  // throws Error{usage}
// Those that a user can ask for by name; Flax's and TensorFlow's come with their files.
std::span<const Layout> named_layouts();
// Why no model of this layout has the parts of an arch ("has no deep stem"); empty where it can have them.
std::string cannot_say(Layout layout, const ArchSpec& spec);
// The same for a builder's choices; output_stride 0 = as published.
std::string cannot_say(Layout layout, GlobalPool pool, int64_t output_stride);

// The canonical name of a tensor that a publisher calls `name` (wrapper prefixes such as "module." already
// removed); nothing if that layout has no such name. OpenMMLab numbers parts of deep stems and pooled
// shortcuts otherwise and calls group norms gn: for these the spec decides. Without one stems and norms are
// judged by their own names and a shortcut is taken for a plain one.
std::optional<std::string> to_canonical(Layout layout, std::string_view name, const ArchSpec* spec = nullptr);
// Flax and TensorFlow have no counters: "" is what their layouts call one.
std::string from_canonical(Layout layout, std::string_view canonical_name, const ArchSpec* spec = nullptr);
// The axes of a layout's tensor of that many dimensions in the order in which the canonical tensor has them:
// Flax and TensorFlow keep convolutions as [height, width, in, out]. Empty: as they are.
std::span<const size_t> canonical_axes(Layout layout, size_t dimensions);
// The other way round: a canonical tensor's axes in the order in which the layout has them.
std::span<const size_t> foreign_axes(Layout layout, size_t dimensions);
std::vector<int64_t> canonical_shape(Layout layout, const std::vector<int64_t>& shape);

// Prefixes that wrappers put before every name: "module.", "_orig_mod.", ...  Returns the longest chain of
// them that ALL names share (e.g. "module."), or "". "backbone." is not one: it is OpenMMLab's, with or
// without a head.
std::string common_wrapper_prefix(std::span<const std::string> names);

// A name and a shape as read from some file.
struct NamedShape {
  std::string name;
  std::vector<int64_t> shape;
};

// The layout whose rules turn the most of the names into canonical ones; timm's where the names are
// torchvision's but for parts that only timm has. Names must be free of wrapper prefixes.
std::optional<Layout> recognise_layout(std::span<const std::string> names);

struct ArchFit {
  const ArchSpec* arch;
  Layout layout;
  std::string prefix;                        // of the net's names in the file, see find_net()
  int64_t num_classes = 0;                   // from the head's shape; 0 = the file has no head
  int64_t in_channels = 3;                   // from the first convolution
  GlobalPool global_pool = GlobalPool::avg;  // from the head's shape, see pool_of_head()
  int64_t missing = 0;                       // tensors of the arch that the file lacks (counters not counted)
  int64_t unexpected = 0;                    // tensors of the net in the file that the arch lacks
  bool exact() const { return missing == 0 && unexpected == 0; }
};
// The architectures that the names and shapes of the net in a file (see find_net) fit, best first: every
// tensor that both have agrees in shape, and the file has more of the arch's tensors than it lacks. Two archs
// that differ in no tensor (a pad shortcut has none) are both listed.
std::vector<ArchFit> fit_archs(std::span<const NamedShape> tensors);

inline constexpr std::string_view kInferredArch = "resnet";
// The architecture, called kInferredArch, whose tensors are exactly these (counters may be missing), where it
// follows from their canonical names and shapes. The place of a bottleneck's stride, what pools without
// tensors and the activation do not: the spec has the usual ones. Nothing for nets with pruned widths or with
// stages of different blocks.
std::optional<ArchSpec> infer_arch(std::span<const NamedShape> canonical);

}  // namespace zoo
