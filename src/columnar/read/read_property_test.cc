// Random schemas, files, evolutions, deletes and filters: the reader returns what a naive reader of
// the same rows does.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/kernels/literal_array.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/row_evaluator.h"
#include "iceberg/expression/testing/random_cases.h"
#include "storage/local_object_store.h"
#include "storage/memory_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::columnar {
namespace {

using firn::testing::IsOk;
using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::StructValue;
using iceberg::testing::RandomCases;

/// The columns in another order, some renamed, some gone, one new.
iceberg::Schema Evolve(RandomCases& random, const iceberg::Schema& schema) {
  std::vector<NestedField> fields(schema.fields().begin(), schema.fields().end());
  for (size_t i = fields.size(); i > 1; --i) {
    std::swap(fields[i - 1], fields[random.Below(static_cast<uint32_t>(i))]);
  }
  if (fields.size() > 2 && random.OneIn(2)) {
    fields.pop_back();
  }
  for (NestedField& field : fields) {
    if (random.OneIn(3)) {
      field.name += "_renamed";
    }
    if (field.type->id() == iceberg::TypeId::kInt && random.OneIn(2)) {
      field.type = iceberg::Type::Plain(iceberg::TypeId::kLong);
    } else if (field.type->id() == iceberg::TypeId::kFloat && random.OneIn(2)) {
      field.type = iceberg::Type::Plain(iceberg::TypeId::kDouble);
    }
  }
  fields.push_back({FieldId(900), "added", iceberg::Type::Plain(iceberg::TypeId::kLong)});
  if (random.OneIn(2)) {
    fields.back().initial_default = iceberg::Literal(int64_t{42});
  }
  return *iceberg::Schema::Make(iceberg::SchemaId(1), std::move(fields), {});
}

bool IsStruct(const iceberg::Literal& value) {
  return value.As<std::shared_ptr<const StructValue>>() != nullptr;
}

/// A row of before as the evolved schema has it, by way of an array of the wider type.
StructValue Promoted(const iceberg::Schema& now, const StructValue& row) {
  StructValue promoted;
  for (const auto& [id, value] : row.fields) {
    if (IsStruct(value) && now.FindField(id) != nullptr) {
      promoted.fields.emplace_back(id, value);
    }
  }
  for (const NestedField* leaf : RandomCases::Leaves(now)) {
    std::optional<iceberg::Literal> value = testing::ValueOf(row, leaf->id);
    if (leaf->id == FieldId(900)) {
      value = leaf->initial_default;
    }
    if (value) {
      auto array = RepeatLiteral(*leaf->type, value, 1);
      promoted.fields.emplace_back(leaf->id, *LiteralAt(**array, *leaf->type, 0));
    }
  }
  return promoted;
}

std::vector<std::pair<FieldId, iceberg::Literal>> Sorted(const StructValue& row) {
  auto fields = row.fields;
  std::erase_if(fields, [](const auto& field) { return IsStruct(field.second); });
  std::sort(fields.begin(), fields.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return fields;
}

/// Sorts rows by one column, so that pages differ; nulls first.
void SortByOne(RandomCases& random, const iceberg::Schema& schema, std::vector<StructValue>& rows) {
  auto leaves = RandomCases::Leaves(schema);
  FieldId id = leaves[random.Below(static_cast<uint32_t>(leaves.size()))]->id;
  std::stable_sort(rows.begin(), rows.end(), [id](const StructValue& a, const StructValue& b) {
    auto left = testing::ValueOf(a, id);
    auto right = testing::ValueOf(b, id);
    if (!left || !right || iceberg::IsNan(*left) || iceberg::IsNan(*right)) {
      auto rank = [](const auto& value) { return value ? (iceberg::IsNan(*value) ? 2 : 1) : 0; };
      return rank(left) < rank(right);
    }
    return iceberg::LiteralLess()(*left, *right);
  });
}

std::vector<StructValue> NewRows(RandomCases& random, const iceberg::Schema& schema) {
  std::vector<StructValue> rows;
  for (uint32_t i = 0; i < 1 + random.Below(200); ++i) {
    rows.push_back(random.Row(schema));
  }
  if (random.OneIn(2)) {
    SortByOne(random, schema, rows);
  }
  return rows;
}

testing::ParquetShape ShapeOf(RandomCases& random) {
  return {.row_group_rows = 1 + random.Below(random.OneIn(2) ? 200 : 60),
          .bloom_filters = random.OneIn(2),
          .page_rows = 1 + random.Below(random.OneIn(2) ? 5 : 50),
          .dictionary_bytes = random.OneIn(2) ? 0 : 1 + random.Below(400),
          .second_version = random.OneIn(2)};
}

/// Files that are requested, or that are open on this machine.
class AnyStore {
 public:
  AnyStore(RandomCases& random, const Clock& clock) : memory_(clock), is_local_(random.OneIn(2)) {}

  storage::ObjectStore& store() { return is_local_ ? *local_ : memory_; }
  std::string At(std::string_view name) const { return folder_.At(name); }

 private:
  storage::testing::TestFolder folder_;
  storage::InMemoryObjectStore memory_;
  std::unique_ptr<storage::ObjectStore> local_ =
      storage::LocalObjectStore::Make({.sync = false}).value();
  const bool is_local_;
};

class ReadPropertyTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(ReadPropertyTest, ReturnsWhatANaiveReaderDoes) {
  RandomCases random(GetParam());
  SystemClock clock;
  AnyStore any(random, clock);
  storage::ObjectStore& store = any.store();
  ThreadPool pool(0);
  iceberg::Schema schema = random.NewSchema();
  const std::vector<StructValue> rows = NewRows(random, schema);
  FileToRead file{.path = any.At("f")};
  testing::ParquetShape shape = ShapeOf(random);
  ASSERT_THAT(store.Write(file.path, testing::ParquetBytes(*testing::BatchOf(schema, rows), shape),
                          storage::WriteMode::kCreateNew),
              IsOk());
  iceberg::Schema now = Evolve(random, schema);
  std::vector<StructValue> expected_rows;
  for (const StructValue& row : rows) {
    expected_rows.push_back(Promoted(now, row));
  }
  std::vector<int64_t> deleted;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (random.OneIn(5)) {
      deleted.push_back(static_cast<int64_t>(i));
    }
  }
  std::vector<const std::vector<int64_t>*> lists{&deleted};
  const ReadOptions options{
      .batch_rows = 1 + random.Below(50),
      .whole_group_bytes = random.OneIn(3) ? 0 : ReadOptions{}.whole_group_bytes,
      .fetch = {.whole_file_bytes = random.OneIn(2) ? 0 : int64_t{1} << 20},
      .page_index = PageIndexUse::kAlways};
  ReadContext context{store, pool, options};
  ReadRequest request{.schema = now};
  request.columns.assign(now.fields().begin(), now.fields().end());
  for (int round = 0; round < 4; ++round) {
    auto bound =
        iceberg::Bind(random.Filter(now, expected_rows, 2), now, iceberg::NameCase::kSensitive);
    iceberg::BoundExpression filter =
        bound.has_value() && round > 0 ? *bound : iceberg::BoundExpression::True();
    FileDeletes deletes;
    if (round % 2 == 1) {
      deletes.positions =
          std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists));
    }
    std::vector<StructValue> expected;
    for (size_t i = 0; i < expected_rows.size(); ++i) {
      bool gone = deletes.positions != nullptr &&
                  std::binary_search(deleted.begin(), deleted.end(), static_cast<int64_t>(i));
      if (!gone && iceberg::Evaluate(filter, expected_rows[i])) {
        expected.push_back(expected_rows[i]);
      }
    }
    ASSERT_OK_AND_ASSIGN(auto reader,
                         DataFileReader::Open(context, request, file, filter, deletes));
    std::vector<StructValue> read;
    while (true) {
      ASSERT_OK_AND_ASSIGN(auto batch, reader->Next());
      if (batch == nullptr) {
        break;
      }
      ASSERT_TRUE(batch->ValidateFull().ok());
      for (StructValue& row : testing::RowsOf(now, *batch)) {
        read.push_back(std::move(row));
      }
    }
    ASSERT_EQ(read.size(), expected.size()) << iceberg::ToString(iceberg::Unbind(filter));
    for (size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(Sorted(read[i]), Sorted(expected[i])) << "row " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReadPropertyTest, ::testing::Range(0U, 100U));

}  // namespace
}  // namespace firn::columnar
