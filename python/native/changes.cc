// Changes of a table's rows: append, overwrite, delete, upsert.
//
// Rows are taken from the caller on its own thread; signals are looked for between batches. What is
// searched for and rewritten ends with Ctrl-C too. A commit that has begun is finished: where it
// happened the handle moves on, whatever is raised then.
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "iceberg/expression/expression_text.h"
#include "native/arrow_exchange.h"
#include "native/calls.h"
#include "native/catalog.h"
#include "native/errors.h"
#include "native/table.h"
#include "table/write/row_deletion.h"
#include "table/write/row_replacement.h"
#include "table/write/table_upsert.h"
#include "table/write/table_writer.h"

namespace firn::python {
namespace {

namespace nb = nanobind;

/// Of every kind of change.
struct Changed {
  table::Table table;
  int64_t rows = 0;
  std::optional<int64_t> replaced_rows;
  table::RemovalCounts counts;
};

/// A change at work: what it works with outlives it.
struct Work {
  explicit Work(TableHandle& handle)
      : session(handle.session()), table(handle.usable()), scan(session->scan_context()) {
    scan.read.stop = call.token();
  }

  table::ChangeContext context() const {
    return {.catalog = session->catalog(), .scan = scan, .tools = session->tools()};
  }

  const SessionPtr session;
  const TablePtr table;
  Call call;
  table::ScanContext scan;
};

/// All rows of the caller's to `writer`; how many they were.
template <class Writer>
Result<int64_t> WriteAll(arrow::RecordBatchReader& input, Writer& writer) {
  int64_t rows = 0;
  while (true) {
    HandleSignals();
    ASSIGN_OR_RETURN(auto batch, NextOf(input));
    if (batch == nullptr) {
      return rows;
    }
    RETURN_IF_ERROR(writer.Write(*batch));
    rows += batch->num_rows();
  }
}

/// Runs `body` and moves `handle` to the table that it leaves.
template <class Body>
nb::dict Change(TableHandle& handle, Work& work, Body body) {
  Result<Changed> changed = Released(std::move(body));
  if (changed.has_value()) {
    handle.Set(changed->table);
  }
  if (work.call.interrupt() != nullptr) {
    std::rethrow_exception(work.call.interrupt());
  }
  const Changed done = ValueOf(std::move(changed));
  nb::dict named;
  named["snapshot_id"] = done.table.metadata->current_snapshot_id.transform(
      [](iceberg::SnapshotId id) { return id.value(); });
  named["rows"] = done.rows;
  named["replaced_rows"] = done.replaced_rows;
  named["dropped_files"] = done.counts.dropped_files;
  named["rewritten_files"] = done.counts.rewritten_files;
  named["marked_files"] = done.counts.marked_files;
  return named;
}

/// As its summary counts them.
int64_t FilesDroppedBy(const iceberg::Snapshot& snapshot) {
  const auto text = snapshot.summary.Find("deleted-data-files").value_or("0");
  int64_t files = 0;
  std::from_chars(text.data(), text.data() + text.size(), files);
  return files;
}

/// What is done with the rows that a TableWriter has.
using Finish = Result<table::Table> (table::TableWriter::*)();

nb::dict Write(TableHandle& handle, nb::handle data, Finish finish) {
  auto input = ReaderOf(data);
  Work work(handle);
  return Change(handle, work, [&]() -> Result<Changed> {
    ASSIGN_OR_RETURN(auto writer,
                     table::TableWriter::Make(work.session->catalog(), *work.table,
                                              *input->schema(), work.session->tools()));
    ASSIGN_OR_RETURN(const int64_t rows, WriteAll(*input, *writer));
    ASSIGN_OR_RETURN(table::Table table, work.call.Run([&] { return ((*writer).*finish)(); }));
    Changed changed{.table = std::move(table), .rows = rows};
    if (rows > 0) {
      changed.counts.dropped_files = FilesDroppedBy(*changed.table.metadata->current_snapshot());
    }
    return changed;
  });
}

nb::dict Append(TableHandle& handle, nb::handle data) {
  return Write(handle, data, &table::TableWriter::Append);
}

nb::dict OverwritePartitions(TableHandle& handle, nb::handle data) {
  return Write(handle, data, &table::TableWriter::ReplacePartitions);
}

Result<table::RowDeletionRequest> DeletionOf(const std::string& where) {
  table::RowDeletionRequest request;
  ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(where));
  return request;
}

nb::dict Overwrite(TableHandle& handle, nb::handle data, const std::string& where) {
  auto deletion = ValueOf(DeletionOf(where));
  auto input = ReaderOf(data);
  Work work(handle);
  return Change(handle, work, [&]() -> Result<Changed> {
    ASSIGN_OR_RETURN(auto replacement,
                     table::RowReplacement::Make(work.context(), *work.table, *input->schema(),
                                                 std::move(deletion)));
    RETURN_IF_ERROR(WriteAll(*input, *replacement));
    ASSIGN_OR_RETURN(table::Replacement done, work.call.Run([&] { return replacement->Commit(); }));
    return Changed{.table = std::move(done.table), .rows = done.rows, .counts = done.counts};
  });
}

nb::dict Delete(TableHandle& handle, const std::string& where) {
  const auto deletion = ValueOf(DeletionOf(where));
  Work work(handle);
  return Change(handle, work, [&]() -> Result<Changed> {
    ASSIGN_OR_RETURN(table::RowDeletion done, work.call.Run([&] {
      return table::DeleteRows(work.context(), *work.table, deletion);
    }));
    return Changed{.table = std::move(done.table), .counts = done.counts};
  });
}

nb::dict Upsert(TableHandle& handle, nb::handle data, std::vector<std::string> keys) {
  auto input = ReaderOf(data);
  Work work(handle);
  return Change(handle, work, [&]() -> Result<Changed> {
    ASSIGN_OR_RETURN(auto upsert,
                     table::TableUpsert::Make(work.context(), *work.table, *input->schema(),
                                              {.keys = std::move(keys)}));
    RETURN_IF_ERROR(WriteAll(*input, *upsert));
    ASSIGN_OR_RETURN(table::Upserted done, work.call.Run([&] { return upsert->Commit(); }));
    return Changed{.table = std::move(done.table),
                   .rows = done.rows,
                   .replaced_rows = done.replaced_rows,
                   .counts = done.counts};
  });
}

}  // namespace

void BindChanges(nb::class_<TableHandle>& bound) {
  // None is no data either, and is told as other things are.
  bound.def("append", &Append, nb::arg("data").none())
      .def("overwrite", &Overwrite, nb::arg("data").none(), nb::arg("where"))
      .def("overwrite_partitions", &OverwritePartitions, nb::arg("data").none())
      .def("delete", &Delete, nb::arg("where"))
      .def("upsert", &Upsert, nb::arg("data").none(), nb::arg("keys"));
}

}  // namespace firn::python
