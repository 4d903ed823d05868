#include "storage/location.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace firn::storage {
namespace {

/// How the text between `//` and the path of a scheme is read.
enum class AuthorityRule : uint8_t { kNone, kBucket, kContainerAtAccount, kOptional };

struct SchemeRule {
  std::string_view written;
  std::string_view canonical;
  AuthorityRule authority;
};

constexpr std::array kSchemes = {
    SchemeRule{"file", "file", AuthorityRule::kNone},
    SchemeRule{"s3", "s3", AuthorityRule::kBucket},
    SchemeRule{"s3a", "s3", AuthorityRule::kBucket},
    SchemeRule{"s3n", "s3", AuthorityRule::kBucket},
    SchemeRule{"gs", "gs", AuthorityRule::kBucket},
    SchemeRule{"abfs", "abfs", AuthorityRule::kContainerAtAccount},
    SchemeRule{"abfss", "abfs", AuthorityRule::kContainerAtAccount},
    SchemeRule{"wasb", "wasb", AuthorityRule::kContainerAtAccount},
    SchemeRule{"wasbs", "wasb", AuthorityRule::kContainerAtAccount},
    SchemeRule{"memory", "memory", AuthorityRule::kOptional},
};

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

Error Invalid(std::string_view text, std::string_view why) {
  std::string shown(text.substr(0, 200));
  std::replace_if(shown.begin(), shown.end(), IsControl, '?');
  return Error(ErrorCode::kInvalidArgument,
               "Invalid location: " + shown + " (" + std::string(why) + ")");
}

const SchemeRule* FindScheme(std::string_view written) {
  const auto* found = std::ranges::find(kSchemes, written, &SchemeRule::written);
  return found == kSchemes.end() ? nullptr : found;
}

bool IsValidAuthority(std::string_view authority, AuthorityRule rule) {
  size_t at_signs = 0;
  for (char c : authority) {
    at_signs += c == '@' ? 1 : 0;
    if (!IsAlphanumeric(c) && c != '.' && c != '-' && c != '_' && c != '@') {
      return false;
    }
  }
  switch (rule) {
    case AuthorityRule::kNone:
      return authority.empty();
    case AuthorityRule::kBucket:
      return !authority.empty() && at_signs == 0;
    case AuthorityRule::kContainerAtAccount:
      return !authority.empty() && at_signs <= 1;
    case AuthorityRule::kOptional:
      return at_signs == 0;
  }
  return false;
}

/// Why the path (which begins with a slash and has no trailing one) is refused; empty when it is
/// not.
std::string_view PathDefect(std::string_view path) {
  if (path.size() == 1) {
    return {};
  }
  size_t begin = 1;
  while (begin <= path.size()) {
    size_t end = std::min(path.find('/', begin), path.size());
    std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty()) {
      return "empty segment";
    }
    if (segment == "." || segment == "..") {
      return "relative segment";
    }
    begin = end + 1;
  }
  return {};
}

}  // namespace

Result<Location> Location::Parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxLocationBytes) {
    return Invalid(text, text.empty() ? "empty" : "too long");
  }
  if (std::ranges::any_of(text, IsControl)) {
    return Invalid(text, "control character");
  }
  Location location;
  std::string_view rest = text;
  const SchemeRule* rule = kSchemes.data();
  if (text.front() != '/') {
    size_t colon = text.find(':');
    rule = colon == std::string_view::npos ? nullptr : FindScheme(text.substr(0, colon));
    if (rule == nullptr) {
      return Invalid(text, "unknown scheme");
    }
    rest = text.substr(colon + 1);
    if (rest.starts_with("//")) {
      size_t slash = std::min(rest.find('/', 2), rest.size());
      location.authority_ = rest.substr(2, slash - 2);
      rest = rest.substr(slash);
    } else if (rule->authority != AuthorityRule::kNone) {
      return Invalid(text, "no bucket");
    }
  }
  if (!IsValidAuthority(location.authority_, rule->authority)) {
    return Invalid(text, "host or bucket name");
  }
  location.scheme_ = rule->canonical;
  if (rest.empty() && !location.authority_.empty()) {
    rest = "/";
  }
  if (!rest.starts_with('/')) {
    return Invalid(text, "not an absolute path");
  }
  if (rest.size() > 1 && rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  if (std::string_view defect = PathDefect(rest); !defect.empty()) {
    return Invalid(text, defect);
  }
  location.path_ = rest;
  return location;
}

std::string Location::Canonical() const {
  std::string text = scheme_ + "://" + authority_;
  if (path_.size() > 1) {
    text += path_;
  }
  return text;
}

bool Location::Contains(const Location& other) const {
  if (scheme_ != other.scheme_ || authority_ != other.authority_) {
    return false;
  }
  return path_.size() == 1 || other.path_ == path_ ||
         (other.path_.size() > path_.size() && other.path_.starts_with(path_) &&
          other.path_[path_.size()] == '/');
}

bool Overlap(const Location& a, const Location& b) { return a.Contains(b) || b.Contains(a); }

std::string JoinLocation(std::string_view base, std::string_view relative) {
  std::string joined(TrimTrailingSlashes(base));
  joined += '/';
  joined += relative.substr(std::min(relative.find_first_not_of('/'), relative.size()));
  return joined;
}

std::string_view TrimTrailingSlashes(std::string_view text) {
  while (text.ends_with('/')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string SafeSegment(std::string_view name) {
  constexpr size_t kMaxBytes = 64;
  std::string segment(name.substr(0, kMaxBytes));
  for (char& c : segment) {
    if (!IsAlphanumeric(c) && c != '-' && c != '_' && c != '.') {
      c = '_';
    }
  }
  if (segment.empty()) {
    return "_";
  }
  for (char* edge : {&segment.front(), &segment.back()}) {
    if (*edge == '.') {
      *edge = '_';
    }
  }
  return segment;
}

}  // namespace firn::storage
