// JoinContext: what joins and latest rows work with, how they are ended and watched.
//
// Thread-safety: plain values; JoinProgress may be looked at from any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include <arrow/memory_pool.h>

#include "table/scan/table_scan.h"

namespace firn::features {

/// Rows of tables, counted as often as a pass reads them. `planned` grows as passes are planned.
struct JoinProgress {
  std::atomic<int64_t> planned_rows = 0;
  std::atomic<int64_t> done_rows = 0;
};

/// What it names outlives the work.
struct JoinContext {
  /// `readers` files are read at a time; its `read.stop` ends the work.
  const table::ScanContext& scan;
  arrow::MemoryPool* memory = arrow::default_memory_pool();
  JoinProgress* progress = nullptr;
  /// What one thread reads at a time of a large file: about so many bytes of the file while rows
  /// are matched (few columns of them), about so many rows while features are gathered.
  int64_t match_unit_bytes = int64_t{64} << 20;
  int64_t gather_unit_rows = 256 << 10;

  void Plan(int64_t rows) const {
    if (progress != nullptr) {
      progress->planned_rows.fetch_add(rows, std::memory_order_relaxed);
    }
  }
  void Count(int64_t rows) const {
    if (progress != nullptr) {
      progress->done_rows.fetch_add(rows, std::memory_order_relaxed);
    }
  }
};

}  // namespace firn::features
