// JSON as one list of values in document order: quicker to make and to look through than a tree of maps where
// objects are small, and every value knows where it is. For files that are read whole before anything is
// done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zoo {

enum class JsonKind { null, boolean, integer, real, string, array, object };

struct JsonEntry {
  JsonKind kind = JsonKind::null;
  bool flag = false;           // boolean
  std::string_view key = {};   // of the member that it is, else empty
  std::string_view text = {};  // a string's characters, a number's digits as they stand
  int64_t integer = 0;         // integer; one that does not fit is kind real
  double real = 0;             // integer too
  size_t parent = 0;           // index of the array or object that holds it; its own for the root
  size_t end = 0;              // index behind its last descendant
};

class JsonTree {
 public:
  // Throws Error{corrupt} that begins with `file` if the text is not JSON or names a member twice in one
  // object.
  JsonTree(std::string_view text, const std::string& file);
  // The entries look into it.
  JsonTree(const JsonTree&) = delete;
  JsonTree& operator=(const JsonTree&) = delete;

  // entries()[0] is the whole; the children of i begin at i + 1, and behind child c stands entries()[c].end.
  const std::vector<JsonEntry>& entries() const { return entries_; }

  // The index of the member, or 0 if the object has none of that name.
  size_t member(size_t object, std::string_view key) const;
  // As a JSON pointer (RFC 6901): "/weights/3/sha256", "" for the whole.
  std::string pointer(size_t entry) const;

 private:
  friend class JsonTreeBuilder;
  std::string characters_;  // of all keys, strings and numbers
  std::vector<JsonEntry> entries_;
};

// "null", "boolean", "number", "string", "array", "object".
std::string_view to_string(JsonKind kind);

}  // namespace zoo
