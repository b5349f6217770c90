#include "zoo/fetch/part_file.h"

#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "zoo/base/error.h"
#include "zoo/base/file.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

// Three lines: URL, validator, bytes. Nothing if it is not there or whoever wrote it was killed meanwhile.
std::optional<PartSource> read_source(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return std::nullopt;
  const std::string text = read_text(path);
  const size_t first = text.find('\n');
  const size_t second = text.find('\n', first + 1);
  if (first == std::string::npos || second == std::string::npos || text.back() != '\n') return std::nullopt;
  PartSource source{.url = text.substr(0, first), .validator = text.substr(first + 1, second - first - 1)};
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data() + second + 1, end, source.bytes);
  if (error != std::errc() || stop != end) return std::nullopt;
  return source;
}

// Not atomically: half of it is as good as none.
void write_source(const fs::path& path, const PartSource& source) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file.get() < 0) fail_to_create(path, errno);
  const std::string text = source.url + "\n" + source.validator + "\n" + std::to_string(source.bytes) + "\n";
  write_all(file, std::as_bytes(std::span(text)), path);
}

}  // namespace

PartFile::PartFile(fs::path target, const std::function<void()>& while_waiting)
    : target_(std::move(target)),
      part_(target_.string() + ".part"),
      source_path_(part_.string() + ".source") {
  check_target(target_);
  file_ = open_locked(part_, while_waiting);
  size_ = ::lseek(file_.get(), 0, SEEK_END);
  if (size_ < 0) fail(part_, errno, "cannot read it");
  if (size_ > 0) source_ = read_source(source_path_);
}

PartFile::~PartFile() {
  if (file_.get() < 0) return;
  if (size_ > 0 && source_ && !source_->validator.empty()) return;
  ::unlink(source_path_.c_str());
  ::unlink(part_.c_str());
}

void PartFile::restart(PartSource source) {
  discard();
  if (!source.validator.empty()) write_source(source_path_, source);
  source_ = std::move(source);
}

void PartFile::write(std::span<const std::byte> bytes) {
  write_all(file_, bytes, target_);
  size_ += static_cast<int64_t>(bytes.size());
}

void PartFile::discard() {
  // In this order: killed in between, there are bytes of unknown source and not the other way round.
  source_.reset();
  ::unlink(source_path_.c_str());
  if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) {
    fail(target_, errno, "cannot write it");
  }
  size_ = 0;
}

void PartFile::commit() {
  // Killed in between, the whole part is found and hashed by the next run.
  ::unlink(source_path_.c_str());
  publish(file_, part_, target_);
  file_.close();
}

}  // namespace zoo
