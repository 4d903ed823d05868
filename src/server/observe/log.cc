#include "server/observe/log.h"

#include <mutex>

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_writer.h"

namespace firn::observe {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr std::chrono::seconds kFlushInterval{1};

/// Collects lines and writes them to a descriptor in pieces of about kBufferBytes.
class BufferedSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit BufferedSink(int descriptor) : descriptor_(descriptor) {}
  ~BufferedSink() override {
    WriteOut();
    if (descriptor_ != STDERR_FILENO) {
      ::close(descriptor_);
    }
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    buffer_.append(message.payload.data(), message.payload.size());
    buffer_ += '\n';
    if (buffer_.size() >= kBufferBytes) {
      WriteOut();
    }
  }
  void flush_() override { WriteOut(); }

 private:
  void WriteOut() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written <= 0 && errno != EINTR) {
        break;  // nowhere left to tell
      }
      rest.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
    }
    buffer_.clear();
  }

  int descriptor_;
  std::string buffer_;
};

}  // namespace

Result<std::unique_ptr<Log>> Log::Open(const LogOptions& options) {
  auto level = spdlog::level::from_str(options.level);
  if (level == spdlog::level::off && options.level != "off") {
    return Error(ErrorCode::kInvalidArgument, fmt::format("Unknown log level: {}", options.level));
  }
  int descriptor = STDERR_FILENO;
  if (!options.file.empty()) {
    descriptor = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (descriptor < 0) {
      return Error(ErrorCode::kIoError, fmt::format("Cannot open log file {}", options.file));
    }
  }
  auto logger =
      std::make_shared<spdlog::logger>("firn", std::make_shared<BufferedSink>(descriptor));
  logger->set_level(level);
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(logger);
  spdlog::flush_every(kFlushInterval);
  return std::unique_ptr<Log>(new Log(std::move(logger)));
}

Log::Log(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

Log::~Log() {
  Flush();
  spdlog::shutdown();
}

void Log::Info(std::string_view message, Fields fields) {
  Write(spdlog::level::info, "info", message, fields);
}

void Log::Warn(std::string_view message, Fields fields) {
  Write(spdlog::level::warn, "warn", message, fields);
}

void Log::Failure(std::string_view message, const Error& error) {
  Write(spdlog::level::err, "error", message, {{"error", error.Describe()}});
}

void Log::Line(std::string_view json) {
  logger_->log(spdlog::level::info, spdlog::string_view_t(json.data(), json.size()));
}

void Log::Flush() { logger_->flush(); }

void Log::Write(int level, std::string_view name, std::string_view message, Fields fields) {
  std::string line;
  JsonWriter writer(line);
  writer.BeginObject()
      .Field("time", FormatUtc(SystemClock().Now()))
      .Field("level", name)
      .Field("message", ToCleanUtf8(message));
  for (const auto& [key, value] : fields) {
    writer.Field(key, ToCleanUtf8(value));
  }
  writer.EndObject();
  logger_->log(static_cast<spdlog::level::level_enum>(level),
               spdlog::string_view_t(line.data(), line.size()));
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
