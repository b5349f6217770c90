// Numbers by an integer hash, bit-equal in C++ and in the Python scripts that make golden numbers, so that no
// weights need to be stored.
#pragma once

#include <cstdint>

namespace zoo::test {

// In [0, 1), with 24 bits: `uniform` of tests/python/hash_uniform.py.
inline double hash_uniform(uint32_t tensor_index, uint32_t element) {
  uint32_t h = element * 0x85EBCA77U + tensor_index * 0x9E3779B1U;
  h = (h ^ (h >> 16)) * 0x7FEB352DU;
  h = (h ^ (h >> 15)) * 0x846CA68BU;
  h ^= h >> 16;
  return static_cast<double>(h >> 8) / (1 << 24);
}

}  // namespace zoo::test
