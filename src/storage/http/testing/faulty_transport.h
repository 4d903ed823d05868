// FaultyTransport: passes requests on to another transport and spoils the ones it is told to: the
// k-th once, or the k-th and all later ones; before they are carried out, or after ("applied, reply
// lost"), or with a status of its own.
//
// Thread-safety: any thread; requests are numbered in the order in which they arrive.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "storage/http/http_transport.h"

namespace firn::storage::http::testing {

enum class TransportFault : uint8_t {
  kRefused,    ///< kUnavailable, nothing was sent.
  kReplyLost,  ///< Carried out, then kIoError.
  kCut,        ///< kIoError, not carried out.
  kSlowDown,   ///< 503 with S3's body, not carried out.
  kInternal,   ///< Carried out, then 500 with S3's body.
};

struct TransportFaultPlan {
  /// The first spoilt request, from 1; 0: none.
  int64_t call = 0;
  /// False: only that one. True: that and every later one.
  bool from_then_on = false;
  TransportFault fault = TransportFault::kRefused;
};

class FaultyTransport final : public HttpTransport {
 public:
  /// `inner` must outlive this transport.
  explicit FaultyTransport(HttpTransport& inner) : inner_(inner) {}

  /// Starts counting anew.
  void Arm(const TransportFaultPlan& plan);
  /// Requests since Arm.
  int64_t calls() const { return calls_; }

  Result<HttpResponse> RoundTrip(const HttpRequest& request, MonotonicTime deadline) override;

 private:
  HttpTransport& inner_;
  std::mutex mutex_;
  TransportFaultPlan plan_;
  std::atomic<int64_t> calls_ = 0;
};

}  // namespace firn::storage::http::testing
