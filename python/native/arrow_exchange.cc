#include "native/arrow_exchange.h"

#include <string>
#include <utility>

#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "native/errors.h"

namespace firn::python {
namespace {

namespace nb = nanobind;
using columnar::ToResult;

constexpr const char* kSchema = "arrow_schema";
constexpr const char* kArray = "arrow_array";
constexpr const char* kStream = "arrow_array_stream";

/// An Arrow C structure in a capsule that releases it where nobody has taken it.
template <class T, class Export>
nb::object CapsuleOf(const char* name, Export fill) {
  auto held = std::make_unique<T>();
  arrow::Status filled = fill(held.get());
  Check(columnar::ToStatus(filled, ErrorCode::kInternal));
  return nb::capsule(held.release(), name, [](void* pointer) noexcept {
    std::unique_ptr<T> owned(static_cast<T*>(pointer));
    if (owned->release != nullptr) {
      owned->release(owned.get());
    }
  });
}

template <class T>
T* HeldBy(nb::handle capsule, const char* name) {
  return static_cast<T*>(nb::cast<nb::capsule>(capsule).data(name));
}

[[noreturn]] void RefuseType(nb::handle data, const char* wanted) {
  const std::string text =
      fmt::format("expected an object with {}, not {}", wanted, Py_TYPE(data.ptr())->tp_name);
  throw nb::type_error(text.c_str());
}

}  // namespace

nb::object SchemaCapsule(const arrow::Schema& schema) {
  return CapsuleOf<ArrowSchema>(kSchema,
                                [&](ArrowSchema* out) { return arrow::ExportSchema(schema, out); });
}

nb::object BatchCapsules(const arrow::RecordBatch& batch) {
  nb::object schema = SchemaCapsule(*batch.schema());
  nb::object array = CapsuleOf<ArrowArray>(
      kArray, [&](ArrowArray* out) { return arrow::ExportRecordBatch(batch, out); });
  return nb::make_tuple(schema, array);
}

nb::object StreamCapsule(std::shared_ptr<arrow::RecordBatchReader> reader) {
  return CapsuleOf<ArrowArrayStream>(kStream, [&](ArrowArrayStream* out) {
    return arrow::ExportRecordBatchReader(std::move(reader), out);
  });
}

std::shared_ptr<arrow::Schema> SchemaOf(nb::handle data) {
  if (nb::hasattr(data, "__arrow_c_schema__")) {
    nb::object capsule = data.attr("__arrow_c_schema__")();
    return ValueOf(ToResult(arrow::ImportSchema(HeldBy<ArrowSchema>(capsule, kSchema)),
                            ErrorCode::kInvalidArgument));
  }
  if (!nb::hasattr(data, "__arrow_c_stream__")) {
    RefuseType(data, "__arrow_c_schema__ or __arrow_c_stream__");
  }
  return ReaderOf(data)->schema();
}

std::shared_ptr<arrow::RecordBatchReader> ReaderOf(nb::handle data) {
  if (nb::hasattr(data, "__arrow_c_stream__")) {
    nb::object capsule = data.attr("__arrow_c_stream__")();
    return ValueOf(
        ToResult(arrow::ImportRecordBatchReader(HeldBy<ArrowArrayStream>(capsule, kStream)),
                 ErrorCode::kInvalidArgument));
  }
  if (!nb::hasattr(data, "__arrow_c_array__")) {
    RefuseType(data, "__arrow_c_stream__ or __arrow_c_array__");
  }
  auto capsules = nb::cast<nb::tuple>(data.attr("__arrow_c_array__")());
  auto batch = ValueOf(
      ToResult(arrow::ImportRecordBatch(HeldBy<ArrowArray>(nb::handle(capsules[1]), kArray),
                                        HeldBy<ArrowSchema>(nb::handle(capsules[0]), kSchema)),
               ErrorCode::kInvalidArgument));
  auto schema = batch->schema();
  return ValueOf(ToResult(arrow::RecordBatchReader::Make({std::move(batch)}, std::move(schema)),
                          ErrorCode::kInvalidArgument));
}

Result<std::shared_ptr<arrow::RecordBatch>> NextOf(arrow::RecordBatchReader& reader) {
  auto batch = ToResult(reader.Next(), ErrorCode::kInvalidArgument);
  if (!batch.has_value() && batch.error().code() == ErrorCode::kInternal) {
    return std::move(batch).error().As(ErrorCode::kInvalidArgument);  // of who makes the rows
  }
  return batch;
}

}  // namespace firn::python
