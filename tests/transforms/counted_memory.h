// How much memory C++ code asks for. A program that links this has its own operator new.
#pragma once

#include <cstdint>

namespace zoo::test {

int64_t allocated_bytes();  // by operator new so far, whether given back or not

}  // namespace zoo::test
