// A Parquet file of any bytes: read through a schema, by ids or by names, it gives rows or an
// error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "columnar/read/data_file_reader.h"
#include "iceberg/schema/type.h"
#include "storage/memory_object_store.h"

namespace {

using firn::iceberg::FieldId;
using firn::iceberg::NestedField;
using firn::iceberg::Type;
using firn::iceberg::TypeId;

firn::columnar::ReadRequest Request() {
  std::vector<NestedField> fields{
      {FieldId(1), "id", Type::Plain(TypeId::kLong)},
      {FieldId(2), "name", Type::Plain(TypeId::kString)},
      {FieldId(3), "s", Type::Struct({{FieldId(4), "x", Type::Plain(TypeId::kDouble)}})},
      {FieldId(5), "l", Type::List(FieldId(6), Type::Plain(TypeId::kInt), false)}};
  firn::columnar::ReadRequest request{
      .schema = *firn::iceberg::Schema::Make(firn::iceberg::SchemaId(0), fields, {}),
      .columns = fields};
  request.name_mapping = firn::iceberg::MappingOf(request.schema);
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const firn::columnar::ReadRequest request = Request();
  firn::SystemClock clock;
  firn::storage::InMemoryObjectStore store(clock);
  firn::ThreadPool pool(0);
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!store.Write("memory://b/f", bytes, firn::storage::WriteMode::kCreateNew).has_value()) {
    return 0;
  }
  firn::columnar::ReadContext context{store, pool, {}};
  auto reader = firn::columnar::DataFileReader::Open(context, request, {.path = "memory://b/f"},
                                                     firn::iceberg::BoundExpression::True(), {});
  // A footer may claim any number of rows.
  constexpr int kMaxBatches = 100;
  for (int i = 0; reader.has_value() && i < kMaxBatches; ++i) {
    auto batch = (*reader)->Next();
    if (!batch.has_value() || *batch == nullptr) {
      break;
    }
  }
  return 0;
}
