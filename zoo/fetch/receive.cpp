#include "zoo/fetch/receive.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/growing_hash.h"
#include "zoo/base/url.h"
#include "zoo/fetch/backoff.h"
#include "zoo/fetch/download.h"
#include "zoo/fetch/response.h"

namespace zoo {
namespace {

constexpr size_t kLooked = 256;               // bytes in which a web page shows itself
constexpr int64_t kRealProgress = 1LL << 20;  // bytes after which failures are counted anew
constexpr auto kNap = std::chrono::milliseconds(50);

// What was received earlier is no part of what the server has now.
struct StalePart {
  std::string why;
};

class Receiver {
 public:
  Receiver(PartFile& part, const std::string& url, const Expected& expected, const FetchOptions& options)
      : part_(part), url_(url), expected_(expected), options_(options) {}

  std::string run() {
    if (auto sha256 = hash_of_whole_part()) return *sha256;
    for (;;) {
      try {
        transfer();
        return check();
      } catch (const StalePart& stale) {
        start_over(stale.why);
      } catch (const DownloadError& error) {
        if (error.status() == 416 && offset_ > 0) {
          start_over("the server has no bytes after " + std::to_string(offset_));
        } else {
          pause_after(error);
        }
      }
    }
  }

 private:
  bool is_checkable() const { return !expected_.sha256.empty() || !expected_.prefix.empty(); }
  bool is_of_this_url() const { return part_.source() != nullptr && part_.source()->url == url_; }

  // Whether bytes of another URL are the beginning of this one's file, the hash of the whole will tell.
  bool can_go_on() const {
    if (part_.size() == 0 || part_.source() == nullptr) return false;
    if (is_of_this_url()) return !part_.source()->validator.empty();
    return !expected_.sha256.empty() && !is_local_url(url_) && !whole_only_;
  }

  // Of a part that lacks nothing: whoever received it was killed before it got its name.
  std::optional<std::string> hash_of_whole_part() {
    if (part_.size() == 0 || part_.size() != expected_.bytes) return std::nullopt;
    if (expected_.sha256.empty() && !is_of_this_url()) return std::nullopt;
    hash_ = std::make_unique<GrowingHash>(part_.descriptor());
    hash_->grow_to(part_.size());
    std::string sha256 = hash_->hex();
    hash_.reset();
    if (is_checkable() && expected_.matches(sha256)) return sha256;
    part_.discard();
    return std::nullopt;
  }

  void transfer() {
    const bool go_on = can_go_on();
    offset_ = go_on ? part_.size() : 0;
    fresh_ = true;
    held_.clear();
    next_source_ = {.url = url_, .validator = {}};
    download(url_, [&](std::span<const std::byte> bytes) { add(bytes); },
             {.network = options_.network,
              .progress = [&](int64_t, int64_t total) { show_progress(total); },
              .on_head = [&](const ResponseHead& head) { read_head(head); },
              .offset = offset_,
              .if_range = go_on && is_of_this_url() ? part_.source()->validator : ""});
    if (fresh_) begin();
    const PartSource* source = part_.source();
    const int64_t bytes = expected_.bytes >= 0 || source == nullptr ? expected_.bytes : source->bytes;
    if (part_.size() < bytes && !is_local_url(url_)) {
      throw DownloadError(
          DownloadError::Kind::passing, url_,
          "only " + std::to_string(part_.size()) + " of " + std::to_string(bytes) + " bytes arrived");
    }
  }

  void read_head(const ResponseHead& head) {
    answered_ = true;
    if (head.status >= 300) return;
    if (head.status == 206) {
      check_range(head);
      fresh_ = false;
      resumed_ = true;
      check_space(std::max(expected_.bytes, part_.source()->bytes));
      if (!hash_) hash_ = std::make_unique<GrowingHash>(part_.descriptor());
      hash_->grow_to(part_.size());
      return;
    }
    next_source_.bytes = content_length(head);
    if (!is_checkable() && !tells_its_end(head)) {
      throw Error(ErrorCode::hash_mismatch, url_,
                  "neither a SHA-256 of it is published, nor does the server say where it ends: nobody could "
                  "tell a file that was cut",
                  "Give its hash: URL#sha256=HEX, or another URL.");
    }
    if (is_checkable()) next_source_.validator = validator_of(head);
  }

  // Only what continues our bytes may be added to them.
  void check_range(const ResponseHead& head) const {
    if (offset_ == 0) {
      throw DownloadError(DownloadError::Kind::final, url_, "sends a part, though the whole was asked for");
    }
    const PartSource& source = *part_.source();
    const std::optional<ContentRange> range = content_range(head);
    if (!range || range->first != offset_ ||
        (range->total >= 0 && source.bytes >= 0 && range->total != source.bytes)) {
      throw StalePart{"the server sends another part than the one asked for"};
    }
    const std::string validator = validator_of(head);
    if (is_of_this_url() && !validator.empty() && validator != source.validator) {
      throw StalePart{"the file has changed"};
    }
  }

  void add(std::span<const std::byte> bytes) {
    if (fresh_) {
      const size_t looked = std::min(bytes.size(), kLooked - held_.size());
      held_.append(reinterpret_cast<const char*>(bytes.data()), looked);
      bytes = bytes.subspan(looked);
      if (held_.size() < kLooked) return;
      begin();
    }
    append(bytes);
  }

  // The whole comes, and its beginning looks well: now what was received earlier has to go.
  void begin() {
    if (is_web_page(held_)) {
      throw Error(ErrorCode::hash_mismatch, url_, "a web page came instead of the file",
                  "Is a login, a proxy or a moved address in the way?");
    }
    if (expected_.bytes >= 0 && next_source_.bytes >= 0 && next_source_.bytes != expected_.bytes) {
      throw Error(ErrorCode::hash_mismatch, url_,
                  "the server announces " + std::to_string(next_source_.bytes) + " bytes, expected " +
                      std::to_string(expected_.bytes),
                  "These are not the published bytes.");
    }
    hash_.reset();
    part_.restart(next_source_);
    check_space(std::max(expected_.bytes, next_source_.bytes));
    hash_ = std::make_unique<GrowingHash>(part_.descriptor());
    fresh_ = false;
    resumed_ = false;
    append(std::as_bytes(std::span(held_)));
  }

  void append(std::span<const std::byte> bytes) {
    if (expected_.bytes >= 0 && part_.size() + static_cast<int64_t>(bytes.size()) > expected_.bytes) {
      refuse("more than the expected " + std::to_string(expected_.bytes) + " bytes arrived");
    }
    const int64_t most = options_.network.most_of_unknown_size;
    if (is_of_unknown_size() && part_.size() + static_cast<int64_t>(bytes.size()) > most) {
      refuse("more than " + std::to_string(most) +
             " bytes arrived, and neither the manifest nor the server says how many there are");
    }
    part_.write(bytes);
    hash_->grow_to(part_.size());
  }

  bool is_of_unknown_size() const {
    return expected_.bytes < 0 && (part_.source() == nullptr || part_.source()->bytes < 0);
  }

  // Before a disk is filled with what it cannot hold. `bytes`: of the whole, or -1.
  void check_space(int64_t bytes) const {
    std::error_code unknown;
    const auto space = std::filesystem::space(folder_of(part_.target()), unknown);
    const int64_t missing = bytes - part_.size();
    if (unknown || missing <= 0 || static_cast<uintmax_t>(missing) <= space.available) return;
    throw Error(ErrorCode::io, part_.target().string(),
                "needs " + std::to_string(missing) + " bytes more, the disk has " +
                    std::to_string(space.available) + " free",
                "Free some space or choose another folder.");
  }

  std::string check() {
    if (expected_.bytes >= 0 && part_.size() != expected_.bytes) {
      refuse(std::to_string(part_.size()) + " bytes arrived, expected " + std::to_string(expected_.bytes));
    }
    std::string sha256 = hash_->hex();
    hash_.reset();
    if (expected_.matches(sha256)) return sha256;
    if (resumed_ && !started_over_) throw StalePart{"what was received earlier does not fit the rest"};
    refuse("SHA-256 is " + sha256 + ", expected " + expected_.hash_text());
  }

  [[noreturn]] void refuse(const std::string& what) {
    hash_.reset();
    part_.discard();
    throw Error(ErrorCode::hash_mismatch, url_, what, "These are not the published bytes; nothing was kept.");
  }

  void start_over(const std::string& why) {
    hash_.reset();
    if (!is_of_this_url() && !resumed_) {
      whole_only_ = true;  // what came from elsewhere stays until this server shows the beginning of the file
      return notice(url_ + ": " + why + "; it is downloaded anew");
    }
    part_.discard();
    if (std::exchange(started_over_, true)) {
      throw DownloadError(DownloadError::Kind::final, url_, why + ", even after a new start");
    }
    notice(url_ + ": " + why + "; it is downloaded anew");
  }

  // Returns if it is worth another attempt.
  void pause_after(const DownloadError& error) {
    if (part_.size() >= furthest_ + kRealProgress) failures_ = 0;
    furthest_ = std::max(furthest_, part_.size());
    ++failures_;
    // Nobody there: a wrong address, unless somebody has been there before.
    const bool passing = error.kind() == DownloadError::Kind::passing ||
                         (error.kind() == DownloadError::Kind::unreachable && answered_);
    if (!passing || failures_ >= options_.network.attempts) throw error;
    std::random_device entropy;
    const double chance = std::uniform_real_distribution<double>(0, 1)(entropy);
    const auto pause = pause_before_retry(options_.network, failures_, error, chance);
    if (!pause) throw error;
    notice(std::string(error.what()) + ". The next attempt is in " + seconds_text(*pause) + " s");
    const auto end = std::chrono::steady_clock::now() + *pause;
    for (auto now = end - *pause; now < end; now = std::chrono::steady_clock::now()) {
      show_progress(-1);
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(kNap, end - now));
    }
  }

  static std::string seconds_text(std::chrono::milliseconds pause) {
    const int64_t tenths = (pause.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
  }

  void show_progress(int64_t rest) const {
    if (!options_.progress) return;
    int64_t total = expected_.bytes;
    if (total < 0 && rest >= 0) total = rest + (resumed_ ? offset_ : 0);
    options_.progress(part_.size(), total);
  }

  void notice(const std::string& line) const {
    if (options_.notice) options_.notice(line);
  }

  PartFile& part_;
  const std::string& url_;
  const Expected& expected_;
  const FetchOptions& options_;
  std::unique_ptr<GrowingHash> hash_;  // of part_, from its first byte on
  int64_t failures_ = 0;               // in a row
  int64_t furthest_ = 0;               // bytes, at the end of any attempt
  bool answered_ = false;              // by the server, ever
  bool started_over_ = false;
  bool whole_only_ = false;  // this server does not go on from what another one sent
  bool resumed_ = false;     // the part holds bytes of more than one answer

  // Of the running attempt:
  int64_t offset_ = 0;      // what was asked for starts here
  bool fresh_ = true;       // the whole comes, and what is in the part is not touched yet
  std::string held_;        // its beginning
  PartSource next_source_;  // what it is of
};

}  // namespace

std::string receive(PartFile& part, const std::string& url, const Expected& expected,
                    const FetchOptions& options) {
  return Receiver(part, url, expected, options).run();
}

}  // namespace zoo
