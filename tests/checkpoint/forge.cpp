#include "tests/checkpoint/forge.h"

#include <libdeflate.h>

#include <catch2/catch.hpp>

#include "zoo/base/error.h"

namespace zoo::test {

Checkpoint read_bytes(const std::string& bytes, const OpenOptions& options) {
  // Exactly as large as the file, so that a sanitizer sees every byte read beyond it.
  const auto all = std::as_bytes(std::span(bytes));
  const auto owner = std::make_shared<const std::vector<std::byte>>(all.begin(), all.end());
  return Checkpoint::read(*owner, owner, "forged", options);
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  CHECK(false);
  return "";
}

std::string error_of(const std::string& bytes) {
  return error_of([&] { read_bytes(bytes); });
}

std::vector<float> floats(const TensorView& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.numel()));
  tensor.copy_to(reinterpret_cast<std::byte*>(values.data()));
  return values;
}

std::string text(std::string_view value) {
  return "X" + le(static_cast<uint32_t>(value.size())) + std::string(value);
}

std::string number(int64_t value) {
  return "\x8a\x08"s + le(value);
}

std::string tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}

std::string dict(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "}(";
  for (const auto& [key, value] : members) out += key + value;
  return out + "u";
}

std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}

std::string pickle(const std::string& body) {
  return "\x80\x02"s + body + ".";
}

std::string tensor(const Tensor& options) {
  std::vector<std::string> id{text("storage"), global("torch", options.storage_class), text(options.key),
                              text("cpu"), number(options.storage_size)};
  if (!options.view.empty()) id.push_back(options.view);
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({tuple(id) + "Q", options.offset, options.shape, options.strides, "\x89"s,
                global("collections", "OrderedDict") + ")R"}) +
         "R";
}

std::string zip(const std::vector<ZipItem>& items, const ZipOptions& options) {
  std::string file, directory;
  for (const ZipItem& item : items) {
    std::string data = item.data;
    if (item.deflate) {
      libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
      data.resize(libdeflate_deflate_compress_bound(compressor, item.data.size()));
      data.resize(libdeflate_deflate_compress(compressor, item.data.data(), item.data.size(), data.data(),
                                              data.size()));
      libdeflate_free_compressor(compressor);
    }
    const uint32_t crc = options.checksums ? libdeflate_crc32(0, item.data.data(), item.data.size()) : 0;
    const auto size = static_cast<uint32_t>(item.data.size()), packed = static_cast<uint32_t>(data.size());
    const auto name_size = static_cast<uint16_t>(item.name.size());
    const uint16_t flags = options.descriptors ? 0x808 : 0x800, method = item.deflate ? 8 : 0;
    const auto offset = static_cast<uint32_t>(file.size());
    const std::string sizes = options.zip64 ? le(~uint64_t{0}) : le(packed) + le(size);
    const std::string wide = le<uint16_t>(1) + le<uint16_t>(16) + le<uint64_t>(size) + le<uint64_t>(packed);
    const std::string extra = options.zip64 ? wide : "";
    const auto extra_size = static_cast<uint16_t>(extra.size());
    const bool now = !options.descriptors;
    file += "PK\3\4"s + le<uint16_t>(20) + le(flags) + le(method) + le<uint32_t>(0) + le(now ? crc : 0) +
            (now ? sizes : le<uint64_t>(0)) + le(name_size) + le(now ? extra_size : uint16_t{0}) + item.name +
            (now ? extra : "") + data;
    if (options.descriptors) file += "PK\7\10"s + le(crc) + le(packed) + le(size);
    directory += "PK\1\2"s + le<uint16_t>(20) + le<uint16_t>(20) + le(flags) + le(method) + le<uint32_t>(0) +
                 le(crc) + sizes + le(name_size) + le(extra_size) + le<uint16_t>(0) + le<uint16_t>(0) +
                 le<uint16_t>(0) + le<uint32_t>(0) + le(offset) + item.name + extra;
  }
  const auto count = static_cast<uint16_t>(items.size());
  const uint64_t begin = file.size(), size = directory.size();
  file += directory;
  if (options.zip64) {
    const uint64_t end64 = file.size();
    file += "PK\6\6"s + le<uint64_t>(44) + le<uint16_t>(45) + le<uint16_t>(45) + le<uint32_t>(0) +
            le<uint32_t>(0) + le<uint64_t>(items.size()) + le<uint64_t>(items.size()) + le(size) + le(begin);
    file += "PK\6\7"s + le<uint32_t>(0) + le(end64) + le<uint32_t>(1);
    file += "PK\5\6"s + le<uint32_t>(0) + le<uint16_t>(0xFFFF) + le<uint16_t>(0xFFFF) + le(~uint32_t{0}) +
            le(~uint32_t{0}) + le<uint16_t>(0);
  } else {
    file += "PK\5\6"s + le<uint32_t>(0) + le(count) + le(count) + le(static_cast<uint32_t>(size)) +
            le(static_cast<uint32_t>(begin)) + le<uint16_t>(0);
  }
  return file;
}

std::string four_floats() {
  return le(1.0F) + le(2.0F) + le(3.0F) + le(4.0F);
}

std::string torch_zip(const std::string& body) {
  return zip({{"archive/data.pkl", pickle(body)},
              {"archive/byteorder", "little"},
              {"archive/data/0", four_floats()}});
}

std::string legacy(const Legacy& parts) {
  return pickle(parts.magic) + pickle(parts.version) + pickle(parts.system) + pickle(parts.object) +
         pickle(parts.keys) + parts.storages;
}

std::string safetensors(const std::string& header, const std::string& data) {
  return le<uint64_t>(header.size()) + header + data;
}

}  // namespace zoo::test
