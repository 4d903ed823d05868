#include "base/error.h"

#include <fmt/format.h>

namespace firn {

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "InvalidArgument";
    case ErrorCode::kIllegalView:
      return "IllegalView";
    case ErrorCode::kUnprocessable:
      return "Unprocessable";
    case ErrorCode::kUnsupported:
      return "Unsupported";
    case ErrorCode::kUnauthenticated:
      return "Unauthenticated";
    case ErrorCode::kForbidden:
      return "Forbidden";
    case ErrorCode::kNoSuchWarehouse:
      return "NoSuchWarehouse";
    case ErrorCode::kNoSuchNamespace:
      return "NoSuchNamespace";
    case ErrorCode::kNoSuchTable:
      return "NoSuchTable";
    case ErrorCode::kNoSuchView:
      return "NoSuchView";
    case ErrorCode::kNotFound:
      return "NotFound";
    case ErrorCode::kAlreadyExists:
      return "AlreadyExists";
    case ErrorCode::kNamespaceNotEmpty:
      return "NamespaceNotEmpty";
    case ErrorCode::kConflict:
      return "Conflict";
    case ErrorCode::kCommitConflict:
      return "CommitConflict";
    case ErrorCode::kLostRace:
      return "LostRace";
    case ErrorCode::kCommitStateUnknown:
      return "CommitStateUnknown";
    case ErrorCode::kInvalidMetadata:
      return "InvalidMetadata";
    case ErrorCode::kPayloadTooLarge:
      return "PayloadTooLarge";
    case ErrorCode::kResourceExhausted:
      return "ResourceExhausted";
    case ErrorCode::kUnavailable:
      return "Unavailable";
    case ErrorCode::kDeadlineExceeded:
      return "DeadlineExceeded";
    case ErrorCode::kIoError:
      return "IoError";
    case ErrorCode::kInternal:
      return "Internal";
  }
  return "Unknown";
}

bool Error::retryable() const {
  return code_ == ErrorCode::kLostRace || code_ == ErrorCode::kResourceExhausted ||
         code_ == ErrorCode::kUnavailable || code_ == ErrorCode::kDeadlineExceeded;
}

Error& Error::With(std::string key, std::string value) & {
  context_.emplace_back(std::move(key), std::move(value));
  return *this;
}

Error&& Error::With(std::string key, std::string value) && {
  context_.emplace_back(std::move(key), std::move(value));
  return std::move(*this);
}

Error&& Error::As(ErrorCode code) && {
  code_ = code;
  return std::move(*this);
}

namespace {

/// A compiler's path to a source, from the source folder on: `storage/location.cc`.
std::string_view BelowSources(std::string_view path) {
  constexpr std::string_view kSources = "src/";
  size_t begin = path.rfind(kSources);
  return begin == std::string_view::npos ? path : path.substr(begin + kSources.size());
}

}  // namespace

std::string Error::Describe() const {
  std::string text = fmt::format("{}: {}", ToString(code_), message_);
  for (const auto& [key, value] : context_) {
    text += fmt::format(" [{}={}]", key, value);
  }
  text += fmt::format(" ({}:{})", BelowSources(where_.file_name()), where_.line());
  return text;
}

}  // namespace firn
