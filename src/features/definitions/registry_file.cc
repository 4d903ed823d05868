#include "features/definitions/registry_file.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <sys/stat.h>

namespace firn::features {
namespace {

constexpr int64_t kNanosOfSecond = 1'000'000'000;

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

Result<std::shared_ptr<const FeastRegistry>> RegistryFile::Load() {
  std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(Version version, Look());
  if (registry_ != nullptr && version == version_) {
    return registry_;
  }
  if (version.size_bytes > kMaxRegistryBytes) {
    return Error(
        ErrorCode::kPayloadTooLarge,
        fmt::format("The Feast registry {} is larger than {} MiB", path_, kMaxRegistryBytes >> 20));
  }
  std::ifstream file(path_, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    return Error(ErrorCode::kIoError, fmt::format("Cannot read the Feast registry {}", path_));
  }
  auto registry = ReadFeastRegistry(bytes);
  if (!registry.has_value()) {
    return TakeError(std::move(registry)).With("registry", path_);
  }
  registry_ = std::make_shared<const FeastRegistry>(*std::move(registry));
  version_ = version;
  return registry_;
}

}  // namespace firn::features
