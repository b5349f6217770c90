// What the classes that read and write files share: open files, locks, and how a file gets its final name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include <sys/types.h>

namespace zoo {

// Closes what it holds; -1 is nothing.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    value_ = other.release();
    return *this;
  }
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  void close();

 private:
  int value_;
};

// Throws Error{not_found, io}: "PATH: DOING: No space left on device. Free some space ...".
[[noreturn]] void fail(const std::filesystem::path& path, int error, const std::string& doing);
// As fail, where the folder may be what is missing.
[[noreturn]] void fail_to_create(const std::filesystem::path& path, int error);

// "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& path);
// Throws Error{io} if `path` is no name of a file, or is there and is no regular file, or may not be asked
// for.
void check_target(const std::filesystem::path& path);
// True if `path` itself, not what it links to, is a regular file of the user who runs this program.
bool is_own_file(const std::filesystem::path& path);
// True if `path` itself, not what it links to, is the file that is open.
bool is_named(const Descriptor& file, const std::filesystem::path& path);

// Opens for reading and writing, creates what is not there, and waits until no other process or thread holds
// its lock (a kernel lock, gone with its holder); calls `while_waiting`, which may throw, ten times a second.
// Whoever renames or removes the file has to hold the lock. `mode` of a new one is less what the umask takes.
Descriptor open_locked(const std::filesystem::path& path, const std::function<void()>& while_waiting,
                       mode_t mode = 0666);

// For reading; `size` becomes the file's, in bytes. Never waits. Throws Error{not_found, io} if it is no
// regular file.
Descriptor open_regular(const std::filesystem::path& path, size_t& size);

// Errors are about `path`, which the user knows.
void write_all(const Descriptor& file, std::span<const std::byte> bytes, const std::filesystem::path& path);
// Makes sure that the names in the folder stay as they are now, whatever ends the system; does nothing where
// a file system has no such thing. Throws Error{io} for a disk that fails.
void sync_folder(const std::filesystem::path& folder);
// Syncs the file, renames it to `path` and syncs the folder.
void publish(const Descriptor& file, const std::filesystem::path& temporary,
             const std::filesystem::path& path);

}  // namespace zoo
