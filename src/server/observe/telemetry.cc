#include "server/observe/telemetry.h"

#include "base/json_writer.h"

namespace firn::observe {
namespace {

void AppendText(JsonWriter& writer, std::string_view key, std::string_view value) {
  if (!value.empty()) {
    if (IsUtf8(value)) {
      writer.Field(key, value);
    } else {
      writer.Field(key, ToCleanUtf8(value));
    }
  }
}

/// FormatUtc, formatting only the milliseconds where the second is that of the last line.
std::string_view LineTime(TimestampMs time) {
  constexpr int64_t kMsPerSecond = 1'000;
  constexpr size_t kMsEnd = 23;
  thread_local int64_t second = -1;
  thread_local std::string text;
  if (int64_t now = time.value() / kMsPerSecond; now != second) {
    text = FormatUtc(time);
    second = now;
  }
  int64_t rest = time.value() % kMsPerSecond;
  for (size_t digit = 1; digit <= 3; ++digit, rest /= 10) {
    text[kMsEnd - digit] = static_cast<char>('0' + rest % 10);
  }
  return text;
}

/// Enough for most lines.
constexpr size_t kLineBytes = 512;

}  // namespace

std::string PrintAccessLine(const http::RequestSummary& summary, TimestampMs time) {
  std::string line;
  line.reserve(kLineBytes);
  JsonWriter writer(line);
  writer.BeginObject()
      .Field("time", LineTime(time))
      .Field("level", "info")
      .Field("message", "request");
  AppendText(writer, "request_id", summary.response->request_id);
  AppendText(writer, "remote", summary.remote);
  AppendText(writer, "principal", summary.response->principal);
  AppendText(writer, "method", summary.method);
  AppendText(writer, "target", summary.target);
  writer.Field("route", summary.response->route)
      .Field("status", summary.response->status)
      .Field("request_bytes", summary.request_bytes)
      .Field("response_bytes", summary.response_bytes)
      .Field("duration_us",
             std::chrono::duration_cast<std::chrono::microseconds>(summary.duration).count());
  AppendText(writer, "error", summary.response->error_type);
  AppendText(writer, "user_agent", summary.user_agent);
  AppendText(writer, "traceparent", summary.traceparent);
  if (summary.cut_off) {
    writer.Field("cut_off", true);
  }
  writer.EndObject();
  return line;
}

void Telemetry::OnRequestEnd(const http::RequestSummary& summary) {
  RequestMetrics& requests = metrics_.requests();
  requests.Ended(summary.response->route, summary.response->status, summary.duration,
                 summary.response_bytes);
  if (!summary.response->error_type.empty()) {
    requests.ErrorAnswered(summary.response->error_type);
  }
  if (access_log_) {
    log_.Line(PrintAccessLine(summary, SystemClock().Now()));
  }
}

}  // namespace firn::observe
