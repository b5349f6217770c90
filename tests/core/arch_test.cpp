#include "zoo/core/arch.h"

#include <catch2/catch.hpp>

#include "zoo/core/error.h"

using namespace zoo;

TEST_CASE("every architecture of the table can be built") {
  for (const ArchSpec& spec : arch_table()) {
    INFO(spec.name);
    CHECK_NOTHROW(validate(spec));
    CHECK(find_arch(spec.name) == &spec);
  }
}

TEST_CASE("an ImageNet net reduces its input 32 times, a CIFAR net 4 or 8 times") {
  CHECK(get_arch("resnet50").reduction() == 32);
  CHECK(get_arch("resnet20_cifar").reduction() == 4);
  CHECK(get_arch("resnet18_cifar").reduction() == 8);
}
