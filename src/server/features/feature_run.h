// FeatureRun: one call for features while it runs: its place among those that may run at a time,
// its memory, its tables, and when it ends. FeatureService::Begin makes it.
//
// Thread-safety: one thread at a time; memory() from any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include <arrow/memory_pool.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "features/join/join_context.h"
#include "server/features/bounded_memory.h"
#include "server/features/served_tables.h"
#include "server/service/environment.h"
#include "table/plan/manifest_cache.h"
#include "table/scan/table_scan.h"

namespace firn::server_features {

/// How a run ended.
enum class RunEnd : uint8_t { kCompleted, kFailed };

struct RunInput {
  service::Environment environment;
  service::CallContext call;
  std::stop_token stop;
  /// What its rows may take by their estimate.
  int64_t memory_bytes = 0;
  std::shared_ptr<table::ManifestCache> manifests;
  ThreadPool& pool;
  /// Called once, when the run goes.
  std::move_only_function<void(RunEnd)> ended;
};

class FeatureRun {
 public:
  explicit FeatureRun(RunInput input);
  ~FeatureRun();
  FeatureRun(const FeatureRun&) = delete;
  FeatureRun& operator=(const FeatureRun&) = delete;

  const service::CallContext& call() const { return input_.call; }
  arrow::MemoryPool* memory() { return memory_.get(); }
  int64_t memory_bytes() const { return input_.memory_bytes; }
  ServedTables& tables() { return tables_; }
  const table::ScanContext& scan() const { return scan_; }
  features::JoinContext context() { return {.scan = scan_, .memory = memory_.get()}; }

  /// kDeadlineExceeded or kUnavailable where it has to end.
  Status Check() const;
  /// An error of the work as its caller should see it: whose limit it was.
  Error Explained(Error error) const;
  void Complete() { end_ = RunEnd::kCompleted; }

 private:
  RunInput input_;
  const BoundedMemory::Owned memory_;
  ServedTables tables_;
  const table::ScanContext scan_;
  RunEnd end_ = RunEnd::kFailed;
};

}  // namespace firn::server_features
