#include "transforms/decode/jpeg_huffman.h"

#include <algorithm>

namespace zoo {
namespace {

HuffmanSymbol symbol_of(uint8_t byte, int code_bits) {
  const int size = byte & 15;
  return {.bits = static_cast<uint8_t>(code_bits + size),
          .code_bits = static_cast<uint8_t>(code_bits),
          .run = static_cast<uint8_t>(byte >> 4),
          .size = static_cast<uint8_t>(size)};
}

}  // namespace

std::optional<HuffmanTable> HuffmanTable::make(const HuffmanCodes& codes) {
  std::optional<HuffmanTable> table(std::in_place);
  table->symbols_ = codes.symbols;
  uint32_t code = 0;
  int32_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    const auto at = static_cast<size_t>(length);
    table->offsets_[at] = index - static_cast<int32_t>(code);
    if (codes.counts[at] > 0 && code + codes.counts[at] >= 1U << length) return std::nullopt;
    for (int i = 0; i < codes.counts[at]; ++i, ++code, ++index) {
      if (index >= std::ssize(codes.symbols)) return std::nullopt;
      const HuffmanSymbol symbol = symbol_of(codes.symbols[static_cast<size_t>(index)], length);
      if (length > kLookBits || symbol.bits > kMostBits) continue;
      const int free = kLookBits - length;
      std::fill_n(table->short_.begin() + (code << free), 1U << free, symbol);
    }
    table->limits_[at] = code << (16 - length);
  }
  return table;
}

// A code that is no longer than the others may be here too: of a long number.
HuffmanSymbol HuffmanTable::long_symbol(uint32_t next) const {
  for (int length = 1; length <= 16; ++length) {
    const auto at = static_cast<size_t>(length);
    if (next >= limits_[at]) continue;
    const int32_t index = offsets_[at] + static_cast<int32_t>(next >> (16 - length));
    return symbol_of(symbols_[static_cast<size_t>(index)], length);
  }
  return {};
}

}  // namespace zoo
