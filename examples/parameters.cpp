// The size of every architecture, from its row in the table alone: no LibTorch, no files.
#include <cstdio>

#include <zoo/arch/arch.h>
#include <zoo/base/text.h>
#include <zoo/layouts/layouts.h>

int main() {
  for (const zoo::ArchSpec& arch : zoo::arch_table()) {
    const std::string name(arch.name);
    const auto parameters = zoo::count_parameters(arch, {.num_classes = arch.num_classes});
    std::printf("%-16s %12s parameters\n", name.c_str(), zoo::format_count(parameters).c_str());
  }
}
