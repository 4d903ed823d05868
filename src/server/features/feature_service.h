// FeatureService: joins and latest rows of the tables of this server, within limits: so many at a
// time, each with so much memory, each until its call's deadline. Implements the port of the REST
// protocol.
//
// Threads and the cache of manifests are made with the first call: a server that is never asked has
// neither. Errors: rest::FeaturePort. Thread-safety: any thread; outlives its runs and streams.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>

#include "base/result.h"
#include "base/thread_pool.h"
#include "server/features/feature_run.h"
#include "server/features/manifest_caches.h"
#include "server/rest/feature_port.h"
#include "server/service/environment.h"

namespace firn::server_features {

struct FeatureOptions {
  /// Calls that run at a time; one more is kResourceExhausted.
  size_t max_running = 2;
  /// What the rows of one call may take; features::kMinJoinBytes or more.
  int64_t memory_bytes = int64_t{512} << 20;
  /// Decoded manifests that are kept.
  size_t manifest_bytes = size_t{64} << 20;
};

/// For /metrics.
struct FeatureCounters {
  std::atomic<int64_t> running = 0;
  std::atomic<uint64_t> completed = 0;
  std::atomic<uint64_t> failed = 0;
  /// There were as many as may be.
  std::atomic<uint64_t> refused = 0;
};

class FeatureService final : public rest::FeaturePort {
 public:
  /// What `environment` refers to outlives the service.
  FeatureService(const service::Environment& environment, const FeatureOptions& options);
  ~FeatureService() override;

  Result<std::shared_ptr<http::BodyStream>> Join(const service::CallContext& call,
                                                 const rest::FeatureCall& request) override;
  Result<std::shared_ptr<http::BodyStream>> Latest(const service::CallContext& call,
                                                   const rest::FeatureCall& request) override;

  /// kResourceExhausted where Begin would have no place now.
  Status CheckPlace();
  /// A place for a call, until it goes; kResourceExhausted where there is none.
  Result<std::shared_ptr<FeatureRun>> Begin(const service::CallContext& call,
                                            const std::stop_token& stop);

  const FeatureCounters& counters() const { return counters_; }

 private:
  Error NoPlace();

  class Stream;
  struct Tools {
    explicit Tools(const FeatureOptions& options);
    ManifestCaches manifests;
    ThreadPool pool;
  };

  const service::Environment environment_;
  const FeatureOptions options_;
  FeatureCounters counters_;
  std::once_flag made_;
  std::unique_ptr<Tools> tools_;
};

}  // namespace firn::server_features
