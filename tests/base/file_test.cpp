#include "zoo/base/file.h"

#include <atomic>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"

using namespace zoo;
namespace fs = std::filesystem;

namespace {

size_t files_in(const fs::path& folder) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
  return count;
}

// While it lives, this process cannot make a file longer than `bytes`: a full disk, as far as write() is
// concerned.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a mapped file is its bytes") {
  const test::TemporaryFolder folder;
  write_text(folder / "full", std::string("a\0b", 3));
  write_text(folder / "empty", "");
  CHECK(MappedFile(folder / "full").text() == std::string_view("a\0b", 3));
  CHECK(MappedFile(folder / "empty").bytes().empty());
}

TEST_CASE("what is not a readable file is refused, not waited for") {
  const test::TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  ZOO_CHECK_ERROR(MappedFile(folder / "none"), ErrorCode::not_found,
                  (folder / "none").string() + ": no such file");
  ZOO_CHECK_ERROR(MappedFile(folder.path()), ErrorCode::io,
                  folder.path().string() + ": is a folder, expected a file");
  ZOO_CHECK_ERROR(read_text(pipe), ErrorCode::io, pipe.string() + ": is not a regular file");
  ZOO_CHECK_ERROR(read_text(folder / "none"), ErrorCode::not_found,
                  (folder / "none").string() + ": no such file");
}

TEST_CASE("a file whose size the system does not tell is read whole") {
  CHECK(read_text("/proc/self/status").starts_with("Name:"));
}

TEST_CASE("an atomic file appears at commit, with the rights that any new file has") {
  const test::TemporaryFolder folder;
  const fs::path path = folder / "file";
  {
    AtomicFile file(path);
    file.write("hello ");
    CHECK_FALSE(fs::exists(path));
    file.write("world");
    file.commit();
  }
  CHECK(read_text(path) == "hello world");
  CHECK(files_in(folder.path()) == 1);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("a file that is replaced keeps its mode, and nobody reads the new one before it is whole") {
  const test::TemporaryFolder folder;
  const fs::path path = folder / "file";
  const auto mode_of = [](const fs::path& file) {
    struct stat status{};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
  };
  const mode_t mode = GENERATE(0600, 0640, 0444, 0755, 0666);
  const bool shared = GENERATE(false, true);
  write_text(path, "old");
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  {
    std::optional<AtomicFile> file;
    shared ? file.emplace(path, [] {}) : file.emplace(path);
    CHECK(mode_of(file->temporary()) == 0600);
    file->write("new");
    file->commit();
  }
  CHECK(read_text(path) == "new");
  CHECK(mode_of(path) == mode);
}

TEST_CASE("a link stays, and what it leads to is written, whether it is there or not") {
  const test::TemporaryFolder folder;
  const bool shared = GENERATE(false, true);
  const bool is_there = GENERATE(false, true);
  fs::create_directories(folder / "real");
  fs::create_directories(folder / "links");
  if (is_there) write_text(folder / "real" / "file", "old");
  fs::create_symlink("../links/second", folder / "links" / "first");
  fs::create_symlink("../real/file", folder / "links" / "second");
  {
    std::optional<AtomicFile> file;
    shared ? file.emplace(folder / "links" / "first", [] {}) : file.emplace(folder / "links" / "first");
    file->write("new");
    file->commit();
  }
  CHECK(fs::is_symlink(folder / "links" / "first"));
  CHECK(fs::is_symlink(folder / "links" / "second"));
  CHECK_FALSE(fs::is_symlink(folder / "real" / "file"));
  CHECK(read_text(folder / "real" / "file") == "new");
  CHECK(files_in(folder / "links") == 2);
  CHECK(files_in(folder / "real") == 1);
}

TEST_CASE("links in a circle are refused") {
  const test::TemporaryFolder folder;
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  ZOO_CHECK_ERROR(AtomicFile(folder / "a"), ErrorCode::io,
                  (folder / "a").string() + ": cannot write it: Too many levels of symbolic links");
}

TEST_CASE("without commit the old file stays and nothing else") {
  const test::TemporaryFolder folder;
  write_text(folder / "file", "old");
  try {
    AtomicFile file(folder / "file");
    file.write("new");
    throw std::runtime_error("something");
  } catch (const std::runtime_error&) {
  }
  CHECK(read_text(folder / "file") == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a disk that is full in the middle leaves the old file and nothing else") {
  const test::TemporaryFolder folder;
  write_text(folder / "file", "old");
  const std::string big(100'000, 'x');
  {
    const FileSizeLimit limit(4096);
    ZOO_CHECK_ERROR(write_text(folder / "file", big), ErrorCode::io,
                    (folder / "file").string() + ": cannot write it: File too large");
  }
  CHECK(read_text(folder / "file") == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("what cannot be written is refused before anything is") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "folder");
  const std::string missing = (folder / "none" / "file").string();
  ZOO_CHECK_ERROR(AtomicFile(folder / "folder"), ErrorCode::io,
                  (folder / "folder").string() + ": is a folder, expected a file");
  ZOO_CHECK_ERROR(AtomicFile(missing), ErrorCode::io, missing + ": cannot write it: no such folder");
  ZOO_CHECK_ERROR(AtomicFile("/dev/null"), ErrorCode::io, "/dev/null: is not a regular file");
  ZOO_CHECK_ERROR(AtomicFile(""), ErrorCode::io, "is not the name of a file");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file name as long as names can be can be written") {
  const test::TemporaryFolder folder;
  const fs::path path = folder / std::string(255, 'n');
  write_text(path, "x");
  CHECK(read_text(path) == "x");
}

TEST_CASE("a shared temporary file has one holder at a time, and each result is whole") {
  const test::TemporaryFolder folder;
  const fs::path path = folder / "file";
  write_text(folder / "file.part", "left by a process that was killed");
  std::atomic<int> inside{0};
  std::atomic<int> waited{0};
  std::atomic<bool> overlap{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      AtomicFile file(path, [&] {
        ++waited;
        waited.notify_all();
      });
      if (++inside != 1) overlap = true;
      file.write(std::string(1000, static_cast<char>('a' + i)));
      waited.wait(0);  // the first holds it until somebody has found it held
      file.write(std::string(1000, static_cast<char>('a' + i)));
      --inside;
      if (i % 2 == 0) file.commit();  // the others give up
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(overlap);
  const std::string text = read_text(path);
  CHECK(text == std::string(2000, text.front()));
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("waiting for a shared temporary file can be interrupted, which leaves it to its holder") {
  const test::TemporaryFolder folder;
  AtomicFile holder(folder / "file", [] {});
  holder.write("kept");
  const auto interrupt = [] { throw Error(ErrorCode::interrupted, "", "stopped"); };
  ZOO_CHECK_ERROR(AtomicFile(folder / "file", interrupt), ErrorCode::interrupted, "stopped");
  holder.commit();
  CHECK(read_text(folder / "file") == "kept");
}

TEST_CASE("text is read without a byte order mark, and only UTF-8 is text") {
  const test::TemporaryFolder folder;
  write_text(folder / "file", "\xef\xbb\xbf{}\xef\xbb\xbf");
  CHECK(read_text(folder / "file") == "{}\xef\xbb\xbf");
  write_text(folder / "file", "\xef\xbb\xbf");
  CHECK(read_text(folder / "file").empty());
  const auto [bytes, encoding] = GENERATE(table<std::string, std::string>({
      {std::string("\xff\xfe{\0", 4), "UTF-16"},
      {std::string("\xfe\xff\0{", 4), "UTF-16"},
      {std::string("\xff\xfe\0\0{\0\0\0", 8), "UTF-32"},
      {std::string("{\0}\0", 4), "UTF-16LE"},
      {std::string("\0{\0}", 4), "UTF-16BE"},
  }));
  write_text(folder / "file", bytes);
  ZOO_CHECK_ERROR(read_text(folder / "file"), ErrorCode::unsupported,
                  (folder / "file").string() + ": is text in " + encoding +
                      ", expected UTF-8. Convert it: iconv -f " + encoding + " -t UTF-8 FILE > NEW_FILE.");
}
