// Log lines: one JSON object a line, written in the background (line_writer.h): no call waits for
// the descriptor. Every line parses as JSON, whatever a client sent.
//
// Thread-safety: any thread; the destructor, which writes what is left, when nobody logs any more.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace firn::observe {

class LineWriter;

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
  /// Errors: kInvalidArgument for an unknown level.
  static Status CheckLevel(std::string_view level);
  ~Log();

  void Info(std::string_view message, Fields fields = {});
  void Warn(std::string_view message, Fields fields = {});
  void Failure(std::string_view message, const Error& error);
  /// A line that is JSON already, without its newline.
  void Line(std::string_view json);
  /// Waits until what was logged before is written; gives up after a second.
  void Flush();
  /// Lines lost because they were not taken as fast as they came.
  uint64_t dropped() const;

 private:
  enum class Level : uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };

  Log(Level level, std::unique_ptr<LineWriter> writer);
  static Result<Level> ParseLevel(std::string_view text);
  void Write(Level level, std::string_view message, Fields fields);

  const Level level_;
  std::unique_ptr<LineWriter> writer_;
};

/// Whether `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

/// `text` with every byte that is not part of well-formed UTF-8 replaced by '?'.
std::string ToCleanUtf8(std::string_view text);

}  // namespace firn::observe
