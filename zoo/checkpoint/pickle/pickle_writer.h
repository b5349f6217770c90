// Writes Python's pickle format, protocol 2, with the opcodes that torch.load(weights_only=True) reads.
// Texts, globals and what the caller marks are written once and referred to from then on.
// Reference: CPython 3.13, Lib/pickletools.py.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace zoo {

class PickleWriter {
 public:
  PickleWriter();

  void none() { out_ += 'N'; }
  void boolean(bool value) { out_ += value ? '\x88' : '\x89'; }
  void integer(int64_t value);
  // Little-endian two's complement, at most 255 bytes.
  void integer(std::string_view bytes);
  void real(double value);
  void text(std::string_view utf8);  // throws Error{unsupported} for 4 GB or more
  void bytes(std::string_view data);
  void global(std::string_view module, std::string_view name);

  void empty_dict() { out_ += '}'; }
  void empty_list() { out_ += ']'; }
  void mark() { out_ += '('; }
  void set_items() { out_ += 'u'; }  // keys and values since the mark go into the dict below it
  void append_items() { out_ += 'e'; }
  void tuple() { out_ += 't'; }  // of what was written since the mark
  void empty_tuple() { out_ += ')'; }
  void call() { out_ += 'R'; }   // the function below with the tuple on top
  void build() { out_ += 'b'; }  // gives the object below the state on top
  void persistent_id() { out_ += 'Q'; }

  // The value on top is known by this address from now on; recall() writes a reference to such a value, or
  // returns false.
  void remember(const void* identity);
  bool recall(const void* identity);

  std::string finish() &&;

 private:
  template <class Number>
  void raw(Number number);
  void put(uint32_t index);
  void get(uint32_t index);
  bool get_or_add(const std::string& key);  // false: it was new, and the caller writes it, then puts it

  std::string out_;
  uint32_t next_ = 0;
  std::map<std::string, uint32_t, std::less<>> texts_;
  std::map<const void*, uint32_t> values_;
};

}  // namespace zoo
