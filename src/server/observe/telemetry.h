// Telemetry: hears of every request and turns it into metrics and an access-log line.
//
// Thread-safety: any thread.
#pragma once

#include "server/http/handler.h"
#include "server/observe/log.h"
#include "server/observe/metrics.h"

namespace firn::observe {

class Telemetry final : public http::RequestObserver {
 public:
  /// Both must outlive it.
  Telemetry(Metrics& metrics, Log& log, bool access_log)
      : metrics_(metrics), log_(log), access_log_(access_log) {}

  void OnRequestStart() override { metrics_.requests().Started(); }
  void OnRequestEnd(const http::RequestSummary& summary) override;
  void OnConnectionOpened() override { metrics_.ConnectionOpened(); }
  void OnConnectionClosed() override { metrics_.ConnectionClosed(); }

 private:
  Metrics& metrics_;
  Log& log_;
  bool access_log_;
};

/// The access-log line of a request, without newline.
std::string PrintAccessLine(const http::RequestSummary& summary, TimestampMs time);

}  // namespace firn::observe
