// Rows and schemas to and from Python by the Arrow PyCapsule interface: no copy, and no library of
// Python's in between. Source: Arrow specification, "The Arrow PyCapsule Interface".
//
// Errors: Python's TypeError for objects without the methods; kInvalidArgument for what they give.
// Thread-safety: with the GIL held.
#pragma once

#include <memory>

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <nanobind/nanobind.h>

#include "base/result.h"

namespace firn::python {

nanobind::object SchemaCapsule(const arrow::Schema& schema);
/// Schema and array.
nanobind::object BatchCapsules(const arrow::RecordBatch& batch);
nanobind::object StreamCapsule(std::shared_ptr<arrow::RecordBatchReader> reader);

/// Of what has `__arrow_c_schema__` or `__arrow_c_stream__`.
std::shared_ptr<arrow::Schema> SchemaOf(nanobind::handle data);
/// Of what has `__arrow_c_stream__` or `__arrow_c_array__`. The rows may be made by Python: they
/// are read without the GIL.
std::shared_ptr<arrow::RecordBatchReader> ReaderOf(nanobind::handle data);

/// The next rows of a caller's; null at the end.
Result<std::shared_ptr<arrow::RecordBatch>> NextOf(arrow::RecordBatchReader& reader);

}  // namespace firn::python
