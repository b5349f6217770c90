// Tar shards, as they are, and with the checksums that would hide what lies behind them: what their index
// says lies inside of them, and the data set that they make.
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <string_view>

#include "tests/datasets/folder.h"
#include "tests/fuzz/dataset_checks.h"
#include "zoo/datasets/shards/shard_samples.h"

namespace {

using zoo::fuzz::require;

void check_index(const zoo::ShardSamples& samples, size_t size) {
  const size_t count = samples.labels.size();
  require(
      samples.name_ends.size() == count && samples.offsets.size() == count && samples.sizes.size() == count,
      "an index that contradicts itself");
  uint64_t end = 0;
  for (size_t i = 0; i < count; ++i) {
    require(samples.name_ends[i] > end && samples.name_ends[i] <= samples.names.size(), "a name outside");
    require(zoo::fits(samples.offsets[i], samples.sizes[i], size), "a picture outside of its shard");
    end = samples.name_ends[i];
  }
}

std::string with_checksums(std::string tar) {
  constexpr size_t block = 512, magic_at = 257, sum_at = 148, sum_size = 8;
  for (size_t at = 0; at + block <= tar.size(); at += block) {
    if (std::string_view(tar).substr(at + magic_at, 5) != "ustar") continue;
    tar.replace(at + sum_at, sum_size, sum_size, ' ');
    const auto header = std::string_view(tar).substr(at, block);
    const unsigned sum = std::accumulate(header.begin(), header.end(), 0U, [](unsigned all, char c) {
      return all + static_cast<unsigned char>(c);
    });
    std::snprintf(tar.data() + at + sum_at, sum_size - 1, "%06o", sum);
  }
  return tar;
}

void read(const std::string& tar) {
  static const zoo::test::Folder folder;
  check_index(zoo::read_shard(zoo::ByteSource({nullptr, std::as_bytes(std::span(tar))}, "train-0.tar")),
              tar.size());
  folder.write("train-0.tar", tar);
  const auto dataset = zoo::open_tar_shards(folder.path() / "train-0.tar");
  zoo::fuzz::check_dataset(*dataset, [](const std::string&) { return true; });
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  zoo::fuzz::attempt([&] { read(input); }, zoo::fuzz::kDataBlame);
  zoo::fuzz::attempt([&] { read(with_checksums(input)); }, zoo::fuzz::kDataBlame);
  return 0;
}
