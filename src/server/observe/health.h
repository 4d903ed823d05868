// Health: /health, /ready and /metrics. A thread of its own looks at the database once a second, so
// that the endpoints answer at once whatever the database does.
//
// /health is 200 while the process lives. /ready is 200 where the last look succeeded and is fresh,
// and 503 from the moment draining begins; its JSON gives each dependency's state, age and error
// code. Neither needs a token nor shows a secret.
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "server/http/handler.h"
#include "server/observe/metrics.h"
#include "server/store/catalog_store.h"

namespace firn::observe {

class Health final : public http::SystemEndpoints {
 public:
  /// All must outlive it. Looks once before it returns.
  Health(store::CatalogStore& store, const Clock& clock, Metrics& metrics);
  ~Health() override;

  std::optional<http::Response> TryAnswer(const http::Request& request) override;

  /// /ready answers 503 from here on.
  void BeginDrain() { draining_ = true; }

 private:
  void Run();
  void Look();
  http::Response Ready();

  store::CatalogStore& store_;
  const Clock& clock_;
  Metrics& metrics_;

  std::atomic<bool> draining_ = false;
  /// Monotonic milliseconds of the last success; and the last failure's code, empty for none.
  std::atomic<int64_t> last_success_ms_;
  std::atomic<ErrorCode> last_error_{ErrorCode::kInternal};
  std::atomic<bool> failed_ = false;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace firn::observe
