#include "catalog/testing/served_catalog.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace firn::catalog::testing {
namespace {

[[noreturn]] void Die(const std::string& what) {
  std::fputs((what + "\n").c_str(), stderr);
  std::abort();
}

/// The line that the server prints once it serves ends with its address. Empty at its end.
std::string ReadAddress(FILE* output) {
  std::array<char, 4096> line{};
  std::string address;
  if (std::fgets(line.data(), line.size(), output) != nullptr) {
    address = line.data();
    address.erase(address.find_last_not_of("\n") + 1);
    address.erase(0, address.rfind(' ') + 1);
  }
  return address;
}

}  // namespace

ServedCatalog::ServedCatalog(const std::string& binary) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    Die("no pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  std::string data = data_folder();
  std::string log = folder_.At("log");
  std::array<std::string, 8> words = {binary,   "serve", "--listen",   "127.0.0.1:0",
                                      "--data", data,    "--log-file", log};
  std::array<char*, words.size() + 1> arguments{};
  for (size_t i = 0; i < words.size(); ++i) {
    arguments[i] = words[i].data();
  }
  int code = posix_spawn(&process_, binary.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (code != 0) {
    Die(binary + " does not run");
  }
  FILE* output = fdopen(ends[0], "r");
  uri_ = ReadAddress(output);
  std::fclose(output);
  if (!uri_.starts_with("http://")) {
    Die(binary + " does not serve: " + uri_);
  }
}

ServedCatalog::~ServedCatalog() {
  kill(process_, SIGKILL);  // nobody needs its folder any more
  int status = 0;
  waitpid(process_, &status, 0);
}

}  // namespace firn::catalog::testing
