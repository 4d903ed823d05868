// The shared files of AWS tools: `~/.aws/credentials` and `~/.aws/config`, or what
// AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name. Read: keys and region of a profile; where
// both files have a value, the one of the credentials file counts.
//
// Errors: kIoError for a file that is there but cannot be read or is larger than
// kMaxProfileFileBytes. A missing file or profile is an empty Profile.
// Thread-safety: pure but for the files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/aws/credentials.h"

namespace firn::storage::aws {

inline constexpr int64_t kMaxProfileFileBytes = 1024 * 1024;

struct Profile {
  std::string name;
  /// With both keys, or none.
  std::optional<Credentials> credentials;
  /// Empty where none is written.
  std::string region;
};

/// `name` empty: AWS_PROFILE, else `default`.
Result<Profile> LoadProfile(const EnvironmentLookup& lookup, std::string name);

/// The settings of one section: `[name]`, or `[profile name]` in the config file. A later section
/// of that name adds to an earlier one. Lines that are neither section, `key = value` nor comment
/// are passed over, as are indented ones (nested settings).
std::map<std::string, std::string, std::less<>> ReadSection(std::string_view text,
                                                            std::string_view name);

}  // namespace firn::storage::aws
