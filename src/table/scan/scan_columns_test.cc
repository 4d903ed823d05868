#include "table/scan/scan_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/schema/metadata_columns.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/schema/type_text.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using iceberg::NameCase;
using iceberg::testing::NewTestTable;
using iceberg::testing::SchemaOfFields;

class ScanColumnsTest : public ::testing::Test {
 protected:
  Result<std::vector<iceberg::NestedField>> Select(const std::vector<std::string>& names,
                                                   NameCase names_case = NameCase::kSensitive) {
    return SelectColumns(*table_, schema_, names, names_case);
  }
  std::string NamesOf(const std::vector<std::string>& names) {
    auto columns = Select(names);
    EXPECT_TRUE(columns.has_value());
    return columns.has_value() ? Print(*columns) : "";
  }
  /// `a,s{x,y}`.
  static std::string Print(std::span<const iceberg::NestedField> fields) {
    std::string text;
    for (const auto& field : fields) {
      text += (text.empty() ? "" : ",") + field.name;
      if (field.type->is_struct()) {
        text += "{" + Print(field.type->fields()) + "}";
      }
    }
    return text;
  }

  iceberg::TableMetadataPtr table_ = NewTestTable(2);
  iceberg::Schema schema_ = SchemaOfFields(R"(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"s","required":false,"type":{"type":"struct","fields":[
         {"id":3,"name":"x","type":"int","required":false},
         {"id":4,"name":"inner","required":false,"type":{"type":"struct","fields":[
            {"id":5,"name":"y","type":"string","required":false},
            {"id":6,"name":"z","type":"string","required":false}]}},
         {"id":7,"name":"w","type":"int","required":false}]}},
      {"id":8,"name":"points","required":false,"type":{"type":"list","element-id":9,
         "element-required":false,"element":{"type":"struct","fields":[
            {"id":10,"name":"x","type":"int","required":false},
            {"id":11,"name":"y","type":"int","required":false}]}}},
      {"id":12,"name":"_pos","type":"int","required":false})");
};

TEST_F(ScanColumnsTest, NoNamesAreAllColumns) {
  EXPECT_EQ(NamesOf({}), "id,s{x,inner{y,z},w},points,_pos");
}

TEST_F(ScanColumnsTest, ColumnsComeInTheOrderTheyAreNamed) {
  EXPECT_EQ(NamesOf({"points", "id", "id"}), "points,id");
}

TEST_F(ScanColumnsTest, StructsKeepWhatIsNamed) {
  EXPECT_EQ(NamesOf({"s.w", "id", "s.inner.y"}), "s{inner{y},w},id");
  EXPECT_EQ(NamesOf({"s.inner"}), "s{inner{y,z}}");
  EXPECT_EQ(NamesOf({"s.x", "s"}), "s{x,inner{y,z},w}");
}

TEST_F(ScanColumnsTest, ListsAreKeptWhole) {
  ASSERT_OK_AND_ASSIGN(auto columns, Select({"points.element.x"}));
  ASSERT_EQ(columns.size(), 1U);
  EXPECT_EQ(*columns[0].type, *schema_.FindField(iceberg::FieldId(8))->type);
}

TEST_F(ScanColumnsTest, MetadataColumnsAreNamedWhereTheSchemaHasNoSuchColumn) {
  ASSERT_OK_AND_ASSIGN(auto columns, Select({"_file", "_pos", "_partition"}));
  ASSERT_EQ(columns.size(), 3U);
  EXPECT_EQ(columns[0].id, columnar::kFileColumn);
  EXPECT_EQ(columns[1].id, iceberg::FieldId(12)) << "the table's own";
  EXPECT_EQ(columns[2].id, columnar::kPartitionColumn);
}

/// A table of version 1 keeps a partition field that was removed as void.
TEST_F(ScanColumnsTest, APartitionFieldThatWasRemovedKeepsTheTypeOfItsValues) {
  const auto spec = [this](int32_t id, std::string_view transform) {
    iceberg::PartitionSpec made = table_->default_spec();
    made.id = iceberg::SpecId(id);
    made.fields = {{.source_id = iceberg::FieldId(6),
                    .field_id = iceberg::FieldId(1000),
                    .name = "bucket",
                    .transform = *iceberg::Transform::Parse(transform)}};
    return made;
  };
  for (bool removed_last : {true, false}) {
    auto table = std::make_shared<iceberg::TableMetadata>(*table_);
    table->specs.Append(spec(7, removed_last ? "bucket[4]" : "void"), "{}");
    table->specs.Append(spec(8, removed_last ? "void" : "bucket[4]"), "{}");
    const std::vector<std::string> names{"_partition"};
    ASSERT_OK_AND_ASSIGN(auto columns, SelectColumns(*table, schema_, names, NameCase::kSensitive));
    ASSERT_EQ(columns.at(0).type->fields().size(), 1U);
    EXPECT_EQ(columns.at(0).type->fields()[0].type->id(), iceberg::TypeId::kInt);
  }
}

TEST_F(ScanColumnsTest, UnknownNamesAreRefused) {
  EXPECT_THAT(Select({"nobody"}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Select({"s.nobody"}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Select({"ID"}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Select({"ID"}, NameCase::kInsensitive), firn::testing::IsOk());
}

}  // namespace
}  // namespace firn::table
