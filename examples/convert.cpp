// A file of one publisher turned into another's: convert FILE LAYOUT OUT.safetensors, LAYOUT such as timm
#include <cstdio>
#include <exception>

#include <zoo/checkpoint/checkpoint.h>
#include <zoo/convert/relabel.h>

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  const auto checkpoint = zoo::Checkpoint::open(argv[1]);
  const auto model = zoo::relabel(zoo::find_state_dict(checkpoint), zoo::parse_layout(argv[2]), argv[1]);
  zoo::write_safetensors(argv[3], model.tensors);
  std::printf("%zu tensors\n", model.tensors.size());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
