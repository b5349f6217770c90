#include "zoo/checkpoint/sniff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "zoo/archive/gzip.h"
#include "zoo/archive/tar.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/pickle/pickle.h"

namespace zoo {
namespace {

using namespace std::string_view_literals;

constexpr size_t kPrefix = 4096;  // enough of a file to know it

constexpr size_t kTarMagicAt = 257;
constexpr auto kHdf5 = "\x89HDF\r\n\x1a\n"sv;
constexpr auto kGzip = "\x1f\x8b"sv;

struct Foreign {
  size_t offset;
  std::string_view signature;
  std::string_view what;
  std::string_view remedy;
};

constexpr auto kConvert = "Export the weights as safetensors or with torch.save, and open that."sv;
constexpr auto kUnpack = "Unpack it and open what is inside."sv;
constexpr auto kNotWeights = "It holds no weights; look for the checkpoint itself."sv;

constexpr std::array kForeign{
    Foreign{0, "version https://git-lfs.github.com/"sv, "a git-LFS pointer, not the file it stands for",
            "Fetch the file with 'git lfs pull' or download it from the project's page."},
    Foreign{0, "PK\5\6"sv, "a zip file that holds nothing"sv, "Download it again, or pack it again."sv},
    Foreign{4, "TFL3"sv, "a TensorFlow Lite model", kConvert},
    Foreign{0, "\x93NUMPY"sv, "a numpy array file", kConvert},
    Foreign{0, "GGUF"sv, "a GGUF model", kConvert},
    Foreign{0, "BZh"sv, "a bzip2 file", kUnpack},
    Foreign{0,
            "\xfd"
            "7zXZ\0"sv,
            "an xz file", kUnpack},
    Foreign{0, "\x28\xb5\x2f\xfd"sv, "a Zstandard file", kUnpack},
    Foreign{0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip file", kUnpack},
    Foreign{0, "Rar!"sv, "a RAR file", kUnpack},
    Foreign{0, "\x89PNG"sv, "a PNG picture", kNotWeights},
    Foreign{0, "\xff\xd8\xff"sv, "a JPEG picture", kNotWeights},
    Foreign{0, "%PDF"sv, "a PDF document", kNotWeights},
    Foreign{0,
            "\x7f"
            "ELF"sv,
            "a program", kNotWeights},
    Foreign{0, "\x08\x01\x12"sv, "a TensorFlow SavedModel", kConvert},
    Foreign{0, "model_checkpoint_path:"sv, "TensorFlow's list of checkpoints, not the weights", kConvert},
    Foreign{0, "T7\0\0"sv, "a Lua Torch file", kConvert},
};

bool is_safetensors(ByteSpan file) {
  if (file.size() < 9) return false;
  const auto header = load<uint64_t>(file, 0);
  return header < (uint64_t{1} << 32) && std::to_integer<char>(file[8]) == '{';
}

// ir_version = 3...15, then a producer's name or the domain or graph: what every exporter writes first.
bool is_onnx(std::string_view head) {
  return head.size() > 3 && head[0] == '\x08' && head[1] >= 3 && head[1] <= 15 &&
         (head[2] == '\x12' || head[2] == '\x3a' || head[2] == '\x42');
}

// A map whose first key is a string, as Flax writes it.
bool is_msgpack(std::string_view head) {
  const auto byte = [&](size_t i) { return i < head.size() ? static_cast<unsigned char>(head[i]) : 0; };
  const size_t key = byte(0) > 0x80 && byte(0) <= 0x8f ? 1 : byte(0) == 0xde ? 3 : byte(0) == 0xdf ? 5 : 0;
  return key != 0 && ((byte(key) > 0xa0 && byte(key) < 0xc0) || byte(key) == 0xd9);
}

// A GraphDef: a node with a name and an operation.
bool is_tensorflow_graph(std::string_view head) {
  const auto byte = [&](size_t i) { return i < head.size() ? static_cast<unsigned char>(head[i]) : 0; };
  const size_t node = byte(1) < 0x80 ? 2 : 3;  // its length takes one byte or two
  const size_t operation = node + 2 + byte(node + 1);
  return byte(0) == 0x0a && byte(node) == 0x0a && byte(operation) == 0x12 &&
         std::isupper(byte(operation + 2));
}

// The data of a TensorFlow checkpoint has no signature, its index ends like a LevelDB table.
bool is_tensorflow_index(ByteSpan file) {
  return as_text(file).ends_with("\x57\xfb\x80\x8b\x24\x75\x47\xdb"sv);
}

bool is_text(std::string_view head) {
  const auto printable = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f';
  };
  // A character may be cut in two at the end of the prefix.
  for (int cut = 0; cut < 4 && !head.empty(); ++cut) {
    if (is_utf8(head)) return std::all_of(head.begin(), head.end(), printable);
    if (head.size() < kPrefix - 4) return false;
    head.remove_suffix(1);
  }
  return false;
}

[[noreturn]] void refuse(const std::string& what, std::string_view remedy) {
  throw Error(ErrorCode::unsupported, {}, what, std::string(remedy));
}

[[noreturn]] void refuse_gzip(ByteSpan file) {
  const std::string inflated = gzip_prefix(file, kPrefix);
  std::string inside;
  try {
    // A gzip file may hold itself.
    if (inflated.starts_with(kGzip)) refuse("another one", {});
    if (!inflated.empty()) {
      const Format format = sniff(std::as_bytes(std::span(inflated)));
      inside = " that holds a " + std::string(to_string(format)) + " file";
    }
  } catch (const Error& error) {
    inside = std::string(" that holds ") + error.what();
  }
  refuse("a gzip file" + inside, "Unpack it with 'gunzip' and open what is inside.");
}

// Without blanks and a byte order mark.
std::string_view text_body(std::string_view head) {
  return head.substr(std::min(head.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), head.size()));
}

// In whatever encoding.
bool is_html(std::string_view head) {
  const std::string begin = to_lower(text_body(head).substr(0, 1000));
  return begin.starts_with('<') &&
         (begin.starts_with("<!doctype html") || begin.find("<html") != std::string::npos ||
          begin.find("<head") != std::string::npos || begin.find("<body") != std::string::npos);
}

[[noreturn]] void refuse_text(std::string_view head) {
  const std::string_view body = text_body(head);
  const std::string begin = to_lower(body.substr(0, 200));
  if (is_html(head)) {
    refuse("an HTML page, not a checkpoint: a login or error page was saved in its place",
           "Download the file again, with the link to the raw file.");
  }
  if (begin.starts_with("<?xml") || begin.starts_with("<error")) {
    refuse("an XML text, not a checkpoint: a server's error message was saved in its place",
           "Download the file again.");
  }
  if (begin.starts_with("{\"error\"") || begin.starts_with("{\"message\"")) {
    refuse("a server's error message, not a checkpoint: '" + excerpt(body, 120) + "'",
           "Download the file again.");
  }
  if (begin.starts_with("{") || begin.starts_with("[")) {
    refuse("a JSON text, not a checkpoint", "Name the file with the weights; an index file only lists them.");
  }
  const std::string line = excerpt(body.substr(0, body.find_first_of("\r\n")), 60);
  refuse("a text file that begins with '" + line + "', not a checkpoint",
         "Python keeps folder names in files called .pth too; look for the checkpoint itself.");
}

std::string hex(std::string_view bytes) {
  constexpr auto kDigits = "0123456789abcdef"sv;
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += (text.empty() ? "" : " ") + std::string{kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

// A pickle with torch's magic number is a legacy file, any other is not ours.
bool is_legacy(ByteSpan file) {
  PickleHost plain;
  try {
    return is_legacy_magic(read_pickle(file.first(std::min(file.size(), size_t{256})), plain).root);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

bool is_legacy_magic(const Value& value) {
  const Opaque* integer = value.as_opaque();
  if (integer == nullptr || integer->class_name != "builtins.int") return false;
  const auto* text = integer->args.as_sequence();
  return text != nullptr && text->size() == 1 && (*text)[0].as_string() != nullptr &&
         (*(*text)[0].as_string() == "0x1950a86a20f9469cfc6c" ||
          *(*text)[0].as_string() == "119547037146038801333356");
}

Format sniff(ByteSpan file) {
  const std::string_view head = as_text(file.first(std::min(file.size(), kPrefix)));
  if (head.empty()) throw Error(ErrorCode::corrupt, {}, "the file is empty", "Download it again.");
  const auto refuse_two_readings = [](const char* other) {
    throw Error(ErrorCode::corrupt, {},
                std::string("a file of two readings: its first bytes are those of another format, and others "
                            "would take it for ") +
                    other,
                "Do not load it in Python; get the weights from another source.");
  };
  if (head.starts_with("PK\3\4")) {
    if (is_safetensors(file)) refuse_two_readings("safetensors");
    return Format::zip;
  }
  const bool is_pickle = head.size() > 1 && head[0] == '\x80' && head[1] <= 5;
  if (has_tar_header(file)) {
    const bool is_also_another = is_pickle || is_safetensors(file) || head.starts_with(kHdf5);
    if (is_also_another) refuse_two_readings("a tar archive");
    return Format::tar;
  }
  if (head.substr(std::min(head.size(), kTarMagicAt)).starts_with("ustar")) return Format::tar;
  if (head.starts_with(kHdf5)) return Format::hdf5;
  if (is_safetensors(file)) return Format::safetensors;
  if ((is_pickle || head[0] == 'L') && is_legacy(file)) return Format::legacy;
  if (head.starts_with(kGzip)) refuse_gzip(file);
  for (const Foreign& foreign : kForeign) {
    if (head.size() >= foreign.offset && head.substr(foreign.offset).starts_with(foreign.signature)) {
      refuse(std::string(foreign.what), foreign.remedy);
    }
  }
  if (is_text(head) || is_html(head)) refuse_text(head);
  if (is_pickle) {
    refuse("a Python pickle that torch did not write",
           "Load it in Python and save a state dict with torch.save.");
  }
  if (is_onnx(head)) refuse("an ONNX model", kConvert);
  if (is_tensorflow_graph(head)) refuse("a TensorFlow graph", kConvert);
  if (is_tensorflow_index(file)) refuse("the index of a TensorFlow checkpoint", kConvert);
  if (is_msgpack(head)) return Format::msgpack;
  refuse("not a checkpoint of a known format; it begins with " + hex(head.substr(0, 8)),
         "Files of torch.save, safetensors, Flax and Keras are read.");
}

}  // namespace zoo
