// CurlTransport: HttpTransport over a pool of libcurl handles, HTTP/1.1, TLS 1.2 or newer with
// verified certificates. Each handle keeps its connection open for the next call; the one used last
// is used first. libcurl's proxy variables (`https_proxy`, `no_proxy`) are honoured, redirects are
// not followed: what is signed for one host is not for another.
//
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/http/http_transport.h"

namespace firn::storage::http {

struct CurlOptions {
  /// Name, connection and TLS together.
  std::chrono::milliseconds connect_timeout{5'000};
  /// A transfer slower than kMinBytesPerSecond for this long is cut.
  std::chrono::seconds stall_timeout{10};
  /// Requests under way at once; further ones wait for one to end, until their deadline.
  size_t max_connections = 64;
  /// PEM file of trusted authorities; empty for the system's.
  std::string ca_file;
};

inline constexpr long kMinBytesPerSecond = 1024;
/// All headers of one response.
inline constexpr size_t kMaxResponseHeaderBytes = 64 * 1024;

class CurlTransport final : public HttpTransport {
 public:
  /// Touches no network. Errors: kInternal where libcurl cannot be initialised.
  static Result<std::unique_ptr<CurlTransport>> Make(const CurlOptions& options);
  /// After the last call has returned.
  ~CurlTransport() override;

  Result<HttpResponse> RoundTrip(const HttpRequest& request, MonotonicTime deadline) override;

 private:
  struct Handle;
  class Lease;

  explicit CurlTransport(const CurlOptions& options);

  /// nullptr where none came free before the deadline.
  std::unique_ptr<Handle> Take(MonotonicTime deadline);
  void GiveBack(std::unique_ptr<Handle> handle);

  CurlOptions options_;
  std::mutex mutex_;
  std::condition_variable came_free_;
  std::vector<std::unique_ptr<Handle>> idle_;
  size_t in_use_ = 0;
};

}  // namespace firn::storage::http
