// The one error vocabulary of Firn. Every fallible function returns Result<T> (result.h) whose
// error is an Error: a code that says what the caller should do, a message fit for the outside, and
// key/value context added on the way up. Secrets never enter an Error.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn {

/// What went wrong, in Firn's words. `server/rest` maps each code to an HTTP status and an Iceberg
/// error type; the comments say what a caller should do.
enum class ErrorCode : uint8_t {
  kInvalidArgument,  ///< The input is wrong; sending it again cannot help.
  kIllegalView,      ///< A view version that contradicts the rules of views.
  kUnprocessable,    ///< Well-formed but contradictory input (for example one key set and removed).
  kUnsupported,      ///< Valid, but this server does not do it.
  kUnauthenticated,  ///< No or expired credentials: authenticate and repeat.
  kForbidden,        ///< Authenticated but not allowed.
  kNoSuchWarehouse,  ///< The named warehouse does not exist.
  kNoSuchNamespace,  ///< The named namespace does not exist.
  kNoSuchTable,      ///< The named table does not exist.
  kNoSuchView,       ///< The named view does not exist.
  kNotFound,         ///< A file, route or other object does not exist.
  kAlreadyExists,    ///< The name is taken; choose another.
  kNamespaceNotEmpty,   ///< Drop what the namespace holds first.
  kConflict,            ///< What is named is in a state that does not allow this now; look at it.
  kCommitConflict,      ///< A requirement failed; reload, re-apply and repeat.
  kLostRace,            ///< Another change came first; nothing was changed: repeat as it is.
  kCommitStateUnknown,  ///< May or may not have happened: never clean up, look again later.
  kInvalidMetadata,     ///< A stored file is corrupt or not what the specification says.
  kPayloadTooLarge,     ///< The input exceeds a named limit.
  kResourceExhausted,   ///< A queue is full: repeat after a pause; nothing was changed.
  kUnavailable,         ///< A dependency is down: repeat after a pause; nothing was changed.
  kDeadlineExceeded,    ///< The deadline passed before any state was touched.
  kIoError,             ///< The storage or network failed.
  kInternal,            ///< A bug of ours or a broken promise of a library.
};

/// The code's name as it appears in logs, without the `k`.
std::string_view ToString(ErrorCode code);

/// An error on its way to whoever can act on it.
class Error {
 public:
  Error(ErrorCode code,
        std::string message,
        std::source_location where = std::source_location::current())
      : code_(code), message_(std::move(message)), where_(where) {}

  ErrorCode code() const { return code_; }
  /// Fit for the outside: no secrets, no internal detail.
  const std::string& message() const { return message_; }
  /// Pairs added on the way up, innermost first.
  const std::vector<std::pair<std::string, std::string>>& context() const { return context_; }
  const std::source_location& where() const { return where_; }

  /// True where the same call may succeed later without any change by the caller.
  bool retryable() const;

  /// Adds what only this level knows, for example {"path", path}.
  Error& With(std::string key, std::string value) &;
  Error&& With(std::string key, std::string value) &&;

  /// Gives the error another code, keeping message and context.
  Error&& As(ErrorCode code) &&;

  /// Code, message, context and place on one line, for logs.
  std::string Describe() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> context_;
  std::source_location where_;
};

/// An Error of kInvalidArgument, the commonest.
inline Error InvalidArgument(std::string message,
                             std::source_location where = std::source_location::current()) {
  return Error(ErrorCode::kInvalidArgument, std::move(message), where);
}

/// What a library means that gives no memory: kInternal.
inline Error OutOfMemory(std::source_location where = std::source_location::current()) {
  return Error(ErrorCode::kInternal, "Out of memory", where);
}

}  // namespace firn
