// Location: an Iceberg location taken apart, so that two can be compared. `file:/x`, `file:///x`
// and
// `/x` are the same place, as are `s3://`, `s3a://` and `s3n://`. Percent signs and `?`, `#` are
// ordinary characters: Iceberg's writers (Hadoop's Path, PyIceberg) put raw paths into metadata.
//
// Refused (kInvalidArgument), because no writer makes them and they name places in disguise: a
// segment `.` or `..`, an empty segment (`a//b`), NUL and other control characters, an unknown
// scheme or one that is not in lower case (clients compare texts), userinfo or a port, a host after
// `file:`, a relative path, more than kMaxLocationBytes. Thread-safety: plain values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::storage {

/// Longest accepted location, in bytes (Linux ends paths at 4,096).
inline constexpr size_t kMaxLocationBytes = 4000;

class Location {
 public:
  static Result<Location> Parse(std::string_view text);

  /// Lower case, one name per store: `file`, `s3`, `gs`, `abfs`, `wasb`, `memory`.
  const std::string& scheme() const { return scheme_; }
  /// Bucket or container; empty for `file`.
  const std::string& authority() const { return authority_; }
  /// Begins with a slash, never ends with one, except for the root `/`.
  const std::string& path() const { return path_; }

  /// One text for one place (`file:///a/b`), without a trailing slash: compare and index this,
  /// never write it into metadata.
  std::string Canonical() const;

  /// True where `other` is this place or lies below it.
  bool Contains(const Location& other) const;

  friend bool operator==(const Location&, const Location&) = default;

 private:
  std::string scheme_;
  std::string authority_;
  std::string path_;
};

/// True where one holds the other or both are the same place.
bool Overlap(const Location& a, const Location& b);

/// `base` with `relative` below it: exactly one slash between, `base` otherwise as it was.
std::string JoinLocation(std::string_view base, std::string_view relative);

/// The text without trailing slashes, otherwise as it was.
std::string_view TrimTrailingSlashes(std::string_view text);

/// A namespace level or table name as one path segment that every store and client reads alike:
/// letters, digits, `_`, `-` and inner `.` stay, anything else becomes `_`; at most 64 bytes. Not
/// unique: callers add a uuid.
std::string SafeSegment(std::string_view name);

}  // namespace firn::storage
