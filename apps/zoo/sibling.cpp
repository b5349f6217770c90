#include "apps/zoo/sibling.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::vector<char*> argument_pointers(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};  // execv does not write to them
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string everything_in(std::FILE* file) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::pread(::fileno(file), buffer, sizeof buffer, std::ssize(text))) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

[[noreturn]] void cannot_run(const std::string& program, int error) {
  throw Error(ErrorCode::io, program, std::string("cannot be run: ") + std::strerror(error));
}

}  // namespace

std::filesystem::path sibling_program(const std::string& name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return self.parent_path() / ("zoo-" + name);
}

void replace_by_sibling(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string program = sibling_program(name).string();
  ::execv(program.c_str(), argument_pointers(program, arguments).data());
  if (errno != ENOENT) cannot_run(program, errno);
  throw Error(ErrorCode::not_found, "zoo " + name, "the program " + program + " is not installed",
              "'zoo doctor' says what is missing.");
}

Captured capture(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  const File output(std::tmpfile(), std::fclose), errors(std::tmpfile(), std::fclose);
  const std::string path = program.string();
  if (!output || !errors) cannot_run(path, errno);
  auto pointers = argument_pointers(path, arguments);
  const pid_t child = ::fork();
  if (child < 0) cannot_run(path, errno);
  if (child == 0) {
    ::dup2(::fileno(output.get()), STDOUT_FILENO);
    ::dup2(::fileno(errors.get()), STDERR_FILENO);
    ::execv(path.c_str(), pointers.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .output = everything_in(output.get()),
          .errors = everything_in(errors.get())};
}

}  // namespace zoo::apps
