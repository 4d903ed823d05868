#include "features/definitions/registry_file.h"

#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <sys/stat.h>

namespace firn::features {
namespace {

constexpr int64_t kNanosOfSecond = 1'000'000'000;
/// How often, and how long between, a file is looked at that is being written.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

Result<RegistryFile::Version> RegistryFile::Look() const {
  struct stat seen{};
  if (::stat(path_.c_str(), &seen) != 0 || !S_ISREG(seen.st_mode)) {
    return Error(ErrorCode::kNotFound, fmt::format("There is no Feast registry at {}", path_));
  }
  return Version{.inode = seen.st_ino,
                 .size_bytes = seen.st_size,
                 .changed_ns = seen.st_mtim.tv_sec * kNanosOfSecond + seen.st_mtim.tv_nsec};
}

Result<std::optional<std::string>> RegistryFile::Read(const Version& version) const {
  if (version.size_bytes > kMaxRegistryBytes) {
    return Error(
        ErrorCode::kPayloadTooLarge,
        fmt::format("The Feast registry {} is larger than {} MiB", path_, kMaxRegistryBytes >> 20));
  }
  std::ifstream file(path_, std::ios::binary);
  std::string bytes(static_cast<size_t>(version.size_bytes), '\0');
  if (!file.read(bytes.data(), version.size_bytes) && !file.eof()) {
    return Error(ErrorCode::kIoError, fmt::format("Cannot read the Feast registry {}", path_));
  }
  ASSIGN_OR_RETURN(Version now, Look());
  if (bytes.empty() || file.eof() || now != version) {
    return std::optional<std::string>();
  }
  return std::optional(std::move(bytes));
}

Status RegistryFile::Refresh() {
  ASSIGN_OR_RETURN(Version version, Look());
  if (registry_ != nullptr && version == version_) {
    return {};
  }
  std::optional<std::string> bytes;
  for (int tries = 0; !bytes; ++tries) {
    if (tries == kTries) {
      return Error(ErrorCode::kUnavailable,
                   fmt::format("The Feast registry {} is being written", path_));
    }
    if (tries > 0) {
      std::this_thread::sleep_for(kPause);
      ASSIGN_OR_RETURN(version, Look());
    }
    ASSIGN_OR_RETURN(bytes, Read(version));
  }
  auto registry = ReadFeastRegistry(*bytes);
  if (!registry.has_value()) {
    return TakeError(std::move(registry)).With("registry", path_);
  }
  registry_ = std::make_shared<const FeastRegistry>(*std::move(registry));
  version_ = version;
  return {};
}

Result<std::shared_ptr<const FeastRegistry>> RegistryFile::Load() {
  Status refreshed = Refresh();
  if (!refreshed.has_value()) {
    troubles_.Tell(LoadTrouble::kFailed, refreshed.error());
    return TakeError(std::move(refreshed));
  }
  troubles_.Over();
  return registry_;
}

}  // namespace firn::features
