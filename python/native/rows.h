// Rows: what Python reads: of a scan or of a join. Each `Open` is a Stream, one pass over them,
// that begins to read with its first batch.
//
// Thread-safety: Rows are immutable; a Stream from any thread, one at a time.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <nanobind/nanobind.h>

#include "base/result.h"
#include "native/calls.h"
#include "native/catalog.h"
#include "table/scan/scan_shape.h"
#include "table/scan/table_scan.h"

namespace firn::python {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(std::shared_ptr<arrow::Schema> schema) : schema_(std::move(schema)) {}
  virtual ~Stream() = default;

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  /// Null at the end, and after Close. Throws what a signal's handler raises. Without the GIL.
  Result<BatchPtr> Next();
  /// Gives back what it holds. Without the GIL.
  void Close();
  /// What was read by now; nullopt where nothing counts.
  virtual std::optional<table::ScanCounts> counts() = 0;

  /// After it is made: ends with the process.
  void Register();

 protected:
  /// nullopt where nothing came for a while.
  virtual Result<std::optional<BatchPtr>> TryNext() = 0;
  virtual void Release() = 0;
  /// A TryNext that works now on another thread comes to its end soon.
  virtual void RequestStop() {}
  /// False in a child of the process that made it.
  virtual bool IsHome() const = 0;

 private:
  const std::shared_ptr<arrow::Schema> schema_;
  std::mutex mutex_;
  std::atomic<bool> closed_ = false;
  std::optional<Registration> registration_;
};

class Rows {
 public:
  virtual ~Rows() = default;
  virtual const std::shared_ptr<arrow::Schema>& schema() const = 0;
  /// With the GIL held.
  virtual std::shared_ptr<Stream> Open() = 0;
};

/// The rows of `table` that `request` asks for; `shape` is its shape. `readers` files are read at a
/// time; 0: as many as there are cores.
std::shared_ptr<Rows> RowsOfScan(const TableHandle& table,
                                 table::TableScanRequest request,
                                 const table::ScanShape& shape,
                                 size_t readers);

std::shared_ptr<Rows> RowsOfTable(const std::shared_ptr<arrow::Table>& table);

void BindRows(nanobind::module_& module);

}  // namespace firn::python
