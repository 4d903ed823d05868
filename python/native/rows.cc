#include "native/rows.h"

#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/outside_rows.h"
#include "native/arrow_exchange.h"
#include "native/errors.h"

namespace firn::python {
namespace {

namespace nb = nanobind;
using columnar::OutsideRows;

class ScanStream final : public Stream {
 public:
  ScanStream(SessionPtr session,
             TablePtr table,
             table::TableScanRequest request,
             OutsideRows outside,
             size_t readers)
      : Stream(outside.schema()),
        session_(std::move(session)),
        table_(std::move(table)),
        request_(std::move(request)),
        outside_(std::move(outside)),
        readers_(readers) {}

  std::optional<table::ScanCounts> counts() override {
    std::lock_guard lock(counts_mutex_);
    return scan_ == nullptr ? counts_ : scan_->counts();
  }

 protected:
  Result<std::optional<BatchPtr>> TryNext() override {
    if (scan_ == nullptr) {
      RETURN_IF_ERROR(Begin());
    }
    auto deadline = session_->clock().Monotonic() + kSignalPause;
    ASSIGN_OR_RETURN(std::optional<BatchPtr> batch, scan_->NextBefore(deadline));
    if (batch && *batch != nullptr) {
      batch = outside_.Of(*batch);
    }
    return batch;
  }

  void Release() override {
    UniqueAtHome<table::TableScan> ended;
    std::lock_guard lock(counts_mutex_);
    if (scan_ != nullptr) {
      counts_ = scan_->counts();
      ended = std::move(scan_);
    }
  }

  bool IsHome() const override { return python::IsHome(session_); }

 private:
  Status Begin() {
    Call call;
    table::ScanContext context = session_->scan_context();
    context.readers = readers_ == 0 ? context.readers : readers_;
    context.read.stop = call.token();
    auto opened = call.Run([&] { return table::TableScan::Open(context, *table_, request_); });
    if (call.interrupt() != nullptr) {
      std::rethrow_exception(call.interrupt());
    }
    ASSIGN_OR_RETURN(auto scan, std::move(opened));
    std::lock_guard lock(counts_mutex_);
    scan_ = UniqueAtHome<table::TableScan>(scan.release());
    return {};
  }

  const SessionPtr session_;
  const TablePtr table_;
  const table::TableScanRequest request_;
  const OutsideRows outside_;
  const size_t readers_;

  /// Of `scan_` and `counts_`, where they change or `counts` reads them.
  std::mutex counts_mutex_;
  UniqueAtHome<table::TableScan> scan_;
  std::optional<table::ScanCounts> counts_;
};

class ScanRows final : public Rows {
 public:
  ScanRows(const TableHandle& table,
           table::TableScanRequest request,
           OutsideRows outside,
           size_t readers)
      : table_(table),
        request_(std::move(request)),
        outside_(std::move(outside)),
        readers_(readers) {}

  const std::shared_ptr<arrow::Schema>& schema() const override { return outside_.schema(); }
  std::shared_ptr<Stream> Open() override {
    return std::make_shared<ScanStream>(table_.session(), table_.usable(), request_, outside_,
                                        readers_);
  }

 private:
  /// A handle of its own: stays at this state, and finds its files in a child process too.
  TableHandle table_;
  const table::TableScanRequest request_;
  const OutsideRows outside_;
  const size_t readers_;
};

class TableStream final : public Stream {
 public:
  explicit TableStream(std::shared_ptr<arrow::Table> table)
      : Stream(table->schema()), table_(std::move(table)), batches_(*table_) {}

  std::optional<table::ScanCounts> counts() override { return std::nullopt; }

 protected:
  Result<std::optional<BatchPtr>> TryNext() override {
    return columnar::ToResult(batches_.Next(), ErrorCode::kInternal);
  }
  void Release() override {}
  bool IsHome() const override { return true; }

 private:
  const std::shared_ptr<arrow::Table> table_;
  arrow::TableBatchReader batches_;
};

class TableRows final : public Rows {
 public:
  explicit TableRows(std::shared_ptr<arrow::Table> table) : table_(std::move(table)) {}

  const std::shared_ptr<arrow::Schema>& schema() const override { return table_->schema(); }
  std::shared_ptr<Stream> Open() override { return std::make_shared<TableStream>(table_); }

 private:
  const std::shared_ptr<arrow::Table> table_;
};

/// Raises it on the main thread once that is in Python again.
int RaiseLater(void* pointer) {
  std::unique_ptr<std::exception_ptr> held(static_cast<std::exception_ptr*>(pointer));
  try {
    std::rethrow_exception(*held);
  } catch (nb::python_error& raised) {
    raised.restore();
  }
  return -1;
}

/// A stream as others read it: through C, which knows no exceptions.
class StreamReader final : public arrow::RecordBatchReader {
 public:
  explicit StreamReader(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  ~StreamReader() override { stream_->Close(); }

  std::shared_ptr<arrow::Schema> schema() const override { return stream_->schema(); }

  arrow::Status ReadNext(BatchPtr* batch) override {
    try {
      auto next = stream_->Next();
      if (!next.has_value()) {
        return StatusOf(next.error());
      }
      *batch = *std::move(next);
      return arrow::Status::OK();
    } catch (const nb::python_error&) {
      auto* raised = new std::exception_ptr(std::current_exception());
      if (Py_AddPendingCall(RaiseLater, raised) != 0) {
        delete raised;  // too many wait: then it is only an error
      }
      return arrow::Status::Cancelled("Interrupted");
    }
  }

 private:
  static arrow::Status StatusOf(const Error& error) {
    std::string text = fmt::format("{}: {}", ToString(error.code()), error.message());
    for (const auto& [key, value] : error.context()) {
      text += fmt::format(" [{}={}]", key, value);
    }
    return error.code() == ErrorCode::kInvalidArgument ? arrow::Status::Invalid(text)
                                                       : arrow::Status::IOError(text);
  }

  const std::shared_ptr<Stream> stream_;
};

struct Batch {
  BatchPtr rows;
};

std::optional<Batch> NextBatch(Stream& stream) {
  BatchPtr batch = ValueOf(Released([&] { return stream.Next(); }));
  return batch == nullptr ? std::nullopt : std::optional(Batch{std::move(batch)});
}

nb::object CountsOf(Stream& stream) {
  const auto counts = stream.counts();
  if (!counts) {
    return nb::none();
  }
  nb::dict named;
  named["manifests_read"] = counts->plan.scanned_data_manifests;
  named["manifests_skipped"] = counts->plan.skipped_data_manifests;
  named["files_read"] = counts->direct_files + counts->merged_files;
  named["files_merged"] = counts->merged_files;
  named["files_skipped"] = counts->plan.skipped_data_files();
  named["row_groups_read"] = counts->read.row_groups_read;
  named["row_groups_skipped"] = counts->read.row_groups_skipped;
  named["pages_read"] = counts->read.pages_read;
  named["pages_skipped"] = counts->read.pages_skipped;
  named["rows_decoded"] = counts->read.rows_decoded;
  named["rows_deleted"] = counts->read.rows_deleted;
  named["rows_returned"] = counts->read.rows_returned;
  named["bytes_fetched"] = counts->read.bytes_fetched;
  return named;
}

std::shared_ptr<Stream> OpenStream(Rows& rows) {
  auto stream = rows.Open();
  stream->Register();
  return stream;
}

}  // namespace

Result<BatchPtr> Stream::Next() {
  if (!IsHome()) {
    return Error(ErrorCode::kConflict,
                 "These rows were begun in another process, from which this one was forked");
  }
  std::lock_guard lock(mutex_);
  while (!closed_) {
    HandleSignals();
    ASSIGN_OR_RETURN(std::optional<BatchPtr> batch, TryNext());
    if (!batch) {
      continue;
    }
    if (*batch == nullptr) {
      closed_ = true;
      Release();
    }
    return *std::move(batch);
  }
  return BatchPtr();
}

void Stream::Close() {
  if (!IsHome()) {
    return;
  }
  closed_ = true;
  RequestStop();
  std::lock_guard lock(mutex_);
  Release();
}

void Stream::Register() {
  registration_.emplace([stream = weak_from_this()] {
    if (auto alive = stream.lock()) {
      alive->Close();
    }
  });
}

std::shared_ptr<Rows> RowsOfScan(const TableHandle& table,
                                 table::TableScanRequest request,
                                 const table::ScanShape& shape,
                                 size_t readers) {
  OutsideRows outside(shape.table, *shape.rows, columnar::FieldIds::kTakenOff);
  return std::make_shared<ScanRows>(table, std::move(request), std::move(outside), readers);
}

std::shared_ptr<Rows> RowsOfTable(const std::shared_ptr<arrow::Table>& table) {
  return std::make_shared<TableRows>(table);
}

void BindRows(nb::module_& module) {
  nb::class_<Batch>(module, "Batch")
      .def(
          "__arrow_c_array__",
          [](const Batch& batch, const nb::object&) { return BatchCapsules(*batch.rows); },
          nb::arg("requested_schema") = nb::none());
  nb::class_<Stream>(module, "Stream")
      .def("next", &NextBatch)
      .def("close", [](Stream& stream) { Released([&] { stream.Close(); }); })
      .def("counts", &CountsOf)
      .def(
          "__arrow_c_stream__",
          [](Stream& stream, const nb::object&) {
            return StreamCapsule(std::make_shared<StreamReader>(stream.shared_from_this()));
          },
          nb::arg("requested_schema") = nb::none());
  nb::class_<Rows>(module, "Rows")
      .def("open", &OpenStream)
      .def("__arrow_c_schema__", [](const Rows& rows) { return SchemaCapsule(*rows.schema()); });
}

}  // namespace firn::python
