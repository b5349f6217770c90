// Huffman codes of JPEG: symbols with the bits that follow them, read from a buffer without stuffed bytes.
// ITU-T T.81, annexes C and F. Internal to transforms.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace zoo {

// As the file lists them.
struct HuffmanCodes {
  std::array<uint8_t, 17> counts{};    // [n]: how many codes have n bits, 1 to 16
  std::array<uint8_t, 256> symbols{};  // in the order of the codes
};

// Bits from the left. May be asked for up to eight bytes behind what it has been given.
class BitReader {
 public:
  explicit BitReader(const uint8_t* next) : next_(next) {}

  // At least 56 bits are there afterwards.
  void refill() {
    uint64_t more;
    std::memcpy(&more, next_, sizeof more);
    if constexpr (std::endian::native == std::endian::little) more = __builtin_bswap64(more);
    bits_ |= more >> count_;
    next_ += (63 - count_) >> 3;
    count_ |= 56;
  }
  int count() const { return count_; }
  // The next n bits, 1 to 32, as a number.
  uint32_t peek(int n) const { return static_cast<uint32_t>(bits_ >> (64 - n)); }
  // What the n bits behind the next `skipped` stand for, 1 to 15 of them: the lower half are negative.
  int number(int skipped, int n) const {
    const uint64_t bits = bits_ << skipped;
    const auto is_positive = static_cast<int>(static_cast<int64_t>(bits) >> 63);  // -1, else 0
    return static_cast<int>(bits >> (64 - n)) - (((1 << n) - 1) & ~is_positive);
  }
  void skip(int n) {
    bits_ <<= n;
    count_ -= n;
  }
  // Bytes of which at least one bit has been read, from `begin` on.
  int64_t bytes_read(const uint8_t* begin) const { return next_ - begin - (count_ >> 3); }

 private:
  const uint8_t* next_;
  uint64_t bits_ = 0;  // the next bit is the highest; zero behind the last
  int count_ = 0;
};

// A symbol: `run` zeros and a number of `size` bits, which follow the code; without a number it is sixteen
// zeros (run 15) or the end of the block.
struct HuffmanSymbol {
  uint8_t bits = 0;  // of the code and its number; 0: there is no such code
  uint8_t code_bits = 0, run = 0, size = 0;
};

class HuffmanTable {
 public:
  // Of no code.
  HuffmanTable() = default;
  // Nothing where there are more codes than bits can tell apart; all ones are none.
  static std::optional<HuffmanTable> make(const HuffmanCodes& codes);

  bool is_empty() const { return limits_[16] == 0; }
  // A symbol with a code of at most kLookBits and a number, two of which fit between refills; size is 0 for
  // all others.
  const HuffmanSymbol& look(const BitReader& bits) const { return short_[bits.peek(kLookBits)]; }
  // Any symbol, from the next 16 bits. look() has said `seen` of them.
  HuffmanSymbol look_further(const HuffmanSymbol& seen, uint32_t next) const {
    return seen.bits != 0 ? seen : long_symbol(next);
  }

 private:
  static constexpr int kLookBits = 10;
  static constexpr int kMostBits = 28;  // of a code and its number

  HuffmanSymbol long_symbol(uint32_t next) const;

  std::array<HuffmanSymbol, 1 << kLookBits> short_{};
  std::array<uint32_t, 17> limits_{};  // [n]: codes of n bits are below it, both shifted to 16 bits
  std::array<int32_t, 17> offsets_{};  // [n]: from a code of n bits to its symbol
  std::array<uint8_t, 256> symbols_{};
};

}  // namespace zoo
