#include "cli/data/output_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uuid.h"

namespace firn::cli {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

/// The part that a signal takes away, for its handler: empty where there is none.
std::array<char, PATH_MAX> part_in_work{};
std::array<struct sigaction, kSignals.size()> handlers_before{};

/// Deletes the part, then lets the signal do what it did before. Calls what handlers may call.
void OnSignal(int number) {
  ::unlink(part_in_work.data());
  const auto index = static_cast<size_t>(std::ranges::find(kSignals, number) - kSignals.begin());
  ::sigaction(number, &handlers_before[index], nullptr);
  ::raise(number);  // NOLINT(concurrency-mt-unsafe): it is for the process
}

void Watch(const std::string& part) {
  if (part.size() >= part_in_work.size() || part_in_work[0] != '\0') {
    return;
  }
  *std::ranges::copy(part, part_in_work.begin()).out = '\0';
  struct sigaction action{};
  action.sa_handler = &OnSignal;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &handlers_before[i]);
    // What is ignored (nohup, a job in the background) ends nothing.
    if (handlers_before[i].sa_handler != SIG_IGN) {
      ::sigaction(kSignals[i], &action, nullptr);
    }
  }
}

void Unwatch(const std::string& part) {
  if (part != part_in_work.data() || part.empty()) {
    return;
  }
  for (size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], &handlers_before[i], nullptr);
  }
  part_in_work[0] = '\0';
}

std::string FolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// How a file without a name is called.
std::string ProcessName(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

}  // namespace

Error FileError(std::string_view what, std::string_view file) {
  return Error(ErrorCode::kIoError, fmt::format("{} {}: {}", what, file, std::strerror(errno)));
}

Result<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& path, PartFile part) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const auto real = std::filesystem::canonical(path, error);
  std::unique_ptr<OutputFile> file(new OutputFile(error ? path : real.string()));
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    file->descriptor_ = ::open(file->path_.c_str(), O_WRONLY | O_CLOEXEC);
    return file->descriptor_ < 0
               ? Result<std::unique_ptr<OutputFile>>(FileError("Cannot write", path))
               : std::move(file);
  }
  if (part == PartFile::kNamed || !file->OpenUnnamed().has_value()) {
    RETURN_IF_ERROR(file->OpenNamed());
  }
  if (std::filesystem::is_regular_file(status)) {
    static_cast<void>(::fchmod(file->descriptor_, static_cast<mode_t>(status.permissions())));
  }
  return file;
}

Status OutputFile::OpenUnnamed() {
  const int descriptor = ::open(FolderOf(path_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return FileError("Cannot write", path_);
  }
  unnamed_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (unnamed_ < 0 || ::access(ProcessName(unnamed_).c_str(), F_OK) != 0) {
    ::close(descriptor);
    return FileError("Cannot name", path_);
  }
  descriptor_ = descriptor;
  return {};
}

Status OutputFile::OpenNamed() {
  if (unnamed_ >= 0) {
    ::close(std::exchange(unnamed_, -1));
  }
  std::string part = PartName();
  Watch(part);
  descriptor_ = ::open(part.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0666);
  if (descriptor_ < 0) {
    const Error failed = FileError("Cannot write", path_);
    Unwatch(part);
    return failed;
  }
  part_ = std::move(part);
  return {};
}

OutputFile::~OutputFile() {
  if (unnamed_ >= 0) {
    ::close(unnamed_);
  }
  if (!part_.empty()) {
    ::unlink(part_.c_str());
    Unwatch(part_);
  }
}

std::string OutputFile::PartName() const {
  return fmt::format("{}.{}.part", path_, Uuid::Random().ToString());
}

Status OutputFile::Finish() {
  if (unnamed_ >= 0) {
    const std::string unnamed = ProcessName(unnamed_);
    auto link = [&](const std::string& name) {
      return ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
    };
    int linked = link(path_);
    if (linked != 0 && errno == EEXIST) {
      // A link never replaces: whole, it goes the way of a part.
      part_ = PartName();
      Watch(part_);
      linked = link(part_);
    }
    if (linked != 0) {
      return FileError("Cannot name", path_);
    }
  }
  if (part_.empty()) {
    return {};
  }
  if (std::rename(part_.c_str(), path_.c_str()) != 0) {
    return FileError("Cannot name", path_);
  }
  Unwatch(part_);
  part_.clear();
  return {};
}

}  // namespace firn::cli
