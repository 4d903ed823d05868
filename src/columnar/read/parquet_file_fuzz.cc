// A Parquet file of any bytes: read through a schema, by ids or by names, whole or by its page
// index, it gives rows or an error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "columnar/read/data_file_reader.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
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

/// Rows of the middle of sorted files, so that pages are chosen.
firn::iceberg::BoundExpression Filter(const firn::columnar::ReadRequest& request) {
  auto parsed = firn::iceberg::ParseExpressionText("id >= 30 and id < 50 and name is not null");
  return *firn::iceberg::Bind(*parsed, request.schema, firn::iceberg::NameCase::kSensitive);
}

void Read(const firn::columnar::ReadContext& context,
          const firn::columnar::ReadRequest& request,
          const firn::iceberg::BoundExpression& filter) {
  auto reader =
      firn::columnar::DataFileReader::Open(context, request, {.path = "memory://b/f"}, filter, {});
  // A footer may claim any number of rows.
  constexpr int kMaxBatches = 100;
  for (int i = 0; reader.has_value() && i < kMaxBatches; ++i) {
    auto batch = (*reader)->Next();
    if (!batch.has_value() || *batch == nullptr) {
      break;
    }
  }
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
  const firn::columnar::ReadOptions options;
  firn::columnar::ReadContext context{store, pool, options};
  Read(context, request, firn::iceberg::BoundExpression::True());
  context.options.page_index = firn::columnar::PageIndexUse::kAlways;
  static const firn::iceberg::BoundExpression filter = Filter(request);
  Read(context, request, filter);
  return 0;
}
