// Log lines: one JSON object a line, buffered and written in the background. Every line parses as
// JSON, whatever a client sent.
//
// Thread-safety: any thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace spdlog {
class logger;
}

namespace firn::observe {

struct LogOptions {
  /// trace, debug, info, warn, error or off.
  std::string level = "info";
  /// Empty for standard error.
  std::string file;
};

class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Errors: kInvalidArgument for an unknown level, kIoError where the file cannot be opened.
  static Result<std::unique_ptr<Log>> Open(const LogOptions& options);
  ~Log();

  void Info(std::string_view message, Fields fields = {});
  void Warn(std::string_view message, Fields fields = {});
  void Failure(std::string_view message, const Error& error);
  /// A line that is JSON already, without its newline.
  void Line(std::string_view json);
  void Flush();

 private:
  explicit Log(std::shared_ptr<spdlog::logger> logger);
  void Write(int level, std::string_view name, std::string_view message, Fields fields);

  std::shared_ptr<spdlog::logger> logger_;
};

/// Whether `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

/// `text` with every byte that is not part of well-formed UTF-8 replaced by '?'.
std::string ToCleanUtf8(std::string_view text);

}  // namespace firn::observe
