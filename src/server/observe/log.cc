#include "server/observe/log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_writer.h"
#include "server/observe/line_writer.h"

namespace firn::observe {
namespace {

constexpr std::chrono::milliseconds kFlushTime{1'000};
/// By Log::Level.
constexpr std::array<std::string_view, 6> kLevelNames = {"trace", "debug", "info",
                                                         "warn",  "error", "off"};

}  // namespace

Result<Log::Level> Log::ParseLevel(std::string_view text) {
  const auto* name = std::ranges::find(kLevelNames, text);
  if (name == kLevelNames.end()) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("Unknown log level: {}", text));
  }
  return static_cast<Level>(name - kLevelNames.begin());
}

Status Log::CheckLevel(std::string_view level) {
  RETURN_IF_ERROR(ParseLevel(level));
  return {};
}

Result<std::unique_ptr<Log>> Log::Open(const LogOptions& options) {
  ASSIGN_OR_RETURN(Level level, ParseLevel(options.level));
  int descriptor = STDERR_FILENO;
  if (!options.file.empty()) {
    descriptor = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (descriptor < 0) {
      return Error(ErrorCode::kIoError, fmt::format("Cannot open log file {}", options.file))
          .With("errno", std::generic_category().message(errno));
    }
  }
  auto writer = std::make_unique<LineWriter>(descriptor, LineWriterLimits());
  return std::unique_ptr<Log>(new Log(level, std::move(writer)));
}

Log::Log(Level level, std::unique_ptr<LineWriter> writer)
    : level_(level), writer_(std::move(writer)) {}

Log::~Log() = default;

void Log::Info(std::string_view message, Fields fields) { Write(Level::kInfo, message, fields); }

void Log::Warn(std::string_view message, Fields fields) { Write(Level::kWarn, message, fields); }

void Log::Failure(std::string_view message, const Error& error) {
  Write(Level::kError, message, {{"error", error.Describe()}});
}

void Log::Line(std::string_view json) {
  if (level_ <= Level::kInfo) {
    writer_->Append(json);
  }
}

void Log::Flush() { static_cast<void>(writer_->Flush(kFlushTime)); }

uint64_t Log::dropped() const { return writer_->dropped(); }

void Log::Write(Level level, std::string_view message, Fields fields) {
  if (level < level_) {
    return;
  }
  std::string line;
  JsonWriter writer(line);
  writer.BeginObject()
      .Field("time", FormatUtc(SystemClock().Now()))
      .Field("level", kLevelNames[static_cast<size_t>(level)])
      .Field("message", ToCleanUtf8(message));
  for (const auto& [key, value] : fields) {
    writer.Field(key, ToCleanUtf8(value));
  }
  writer.EndObject();
  writer_->Append(line);
}

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::string ToCleanUtf8(std::string_view text) {
  std::string clean(text);
  if (!IsUtf8(text)) {
    for (char& c : clean) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        c = '?';
      }
    }
  }
  return clean;
}

}  // namespace firn::observe
