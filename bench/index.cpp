// For bench/index.py: opens a folder and prints as JSON how long that took and how much memory the set takes.
// Arguments: the folder, and "no-cache". A second use, `index FOLDER read N`: opens, then reads every file N
// times through fetch() and through a map, on two threads, and prints both times.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "zoo/base/file.h"
#include "zoo/datasets/dataset.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int64_t resident_bytes() {
  ::malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}

// Every byte is looked at, as a decoder would.
double read_all(int64_t count, const std::function<uint64_t(int64_t)>& read) {
  constexpr int kThreads = 2;
  const auto start = Clock::now();
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      volatile uint64_t sum = 0;
      for (int64_t i = thread; i < count; i += kThreads) sum = sum + read(i);
    });
  }
  threads.clear();
  return seconds_since(start);
}

uint64_t sum_of(std::span<const std::byte> bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 64) sum += std::to_integer<uint64_t>(bytes[i]);
  return sum;
}

void compare_reading(const zoo::Dataset& dataset, const std::filesystem::path& root, int rounds) {
  std::vector<double> reads, maps;
  for (int round = 0; round <= rounds; ++round) {
    const double read = read_all(dataset.size(), [&](int64_t i) {
      return sum_of(std::get<zoo::EncodedPicture>(dataset.fetch(i)).bytes);
    });
    const double map = read_all(
        dataset.size(), [&](int64_t i) { return sum_of(zoo::MappedFile(root / dataset.name(i)).bytes()); });
    if (round == 0) continue;  // fills the page cache
    reads.push_back(read);
    maps.push_back(map);
  }
  std::sort(reads.begin(), reads.end());
  std::sort(maps.begin(), maps.end());
  const double files = static_cast<double>(dataset.size());
  const double read = reads[reads.size() / 2], map = maps[maps.size() / 2];
  std::printf("read %.1f us a file, map %.1f us, ratio %.2f\n", read / files * 1e6, map / files * 1e6,
              map / read);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return 2;
  const bool no_cache = arguments.size() > 1 && arguments[1] == "no-cache";
  const int64_t before = resident_bytes();
  const auto start = Clock::now();
  const auto dataset = zoo::open_image_folder(arguments[0], {.index_cache = !no_cache});
  const double wall_s = seconds_since(start);
  if (arguments.size() > 2) {
    compare_reading(*dataset, arguments[0], std::stoi(arguments[2]));
    return 0;
  }
  const int64_t bytes = resident_bytes() - before;
  int64_t path_bytes = 0;
  for (int64_t i = 0; i < dataset->size(); ++i) path_bytes += std::ssize(dataset->name(i));
  std::printf("{\"s\": %.6f, \"bytes\": %lld, \"files\": %lld, \"path_bytes\": %lld}\n", wall_s,
              static_cast<long long>(bytes), static_cast<long long>(dataset->size()),
              static_cast<long long>(path_bytes));
  return 0;
}
