// Partition values that JSON has no form for, and the fields of each kind of file.
#include "server/rest/content_file_json.h"

#include <limits>

#include "base/testing/matchers.h"
#include "iceberg/manifest/testing/columns.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::rest {
namespace {

using iceberg::FieldId;
using iceberg::FileContent;
using iceberg::FileFormat;
using iceberg::Literal;
using iceberg::testing::SchemaOfFields;
using iceberg::testing::SpecOf;
using ::testing::HasSubstr;
using testing::IsError;

/// Partitioned by identity(real), identity(bytes) and identity(number).
iceberg::TableMetadataPtr MakeTable() {
  iceberg::CreateTableSpec spec;
  spec.schema = SchemaOfFields(R"({"id":1,"name":"real","required":false,"type":"double"},
                                  {"id":2,"name":"bytes","required":false,"type":"binary"},
                                  {"id":3,"name":"number","required":false,"type":"long"})");
  spec.spec = SpecOf(R"({"fields":[{"name":"real","transform":"identity","source-id":1},
                                   {"name":"bytes","transform":"identity","source-id":2},
                                   {"name":"number","transform":"identity","source-id":3}]})");
  spec.location = "s3://warehouse/t";
  spec.uuid = *Uuid::Parse("9c12d441-03fe-4693-9a96-a0705ddf69c1");
  auto table = iceberg::NewTableMetadata(spec, iceberg::testing::kCreated);
  EXPECT_TRUE(table.has_value());
  return *std::move(table);
}

iceberg::ManifestEntry EntryOf(std::vector<std::pair<FieldId, Literal>> partition) {
  iceberg::ManifestEntry entry;
  entry.sequence_number = iceberg::SequenceNumber(1);
  entry.file.path = "s3://warehouse/t/f";
  entry.file.format = FileFormat::kParquet;
  entry.file.partition.fields = std::move(partition);
  return entry;
}

std::string TextOf(const iceberg::ManifestEntry& entry) {
  auto table = MakeTable();
  iceberg::ManifestColumns columns = iceberg::testing::ColumnsOf(std::span(&entry, 1));
  std::string text;
  auto printer = ContentFilePrinter::Make(*table, columns, {});
  EXPECT_TRUE(printer.has_value());
  EXPECT_THAT(printer->Append(0, text), testing::IsOk());
  return text;
}

std::string PartitionOf(Literal real) {
  std::string text = TextOf(EntryOf({{FieldId(1000), std::move(real)}}));
  size_t begin = text.find("\"partition\":") + std::string_view("\"partition\":").size();
  return text.substr(begin, text.find(']') + 1 - begin);
}

TEST(ContentFileJsonTest, NumbersThatJsonHasNotAreNamed) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(PartitionOf(Literal(std::numeric_limits<double>::quiet_NaN())), R"(["NaN",null,null])");
  EXPECT_EQ(PartitionOf(Literal(kInfinity)), R"(["Infinity",null,null])");
  EXPECT_EQ(PartitionOf(Literal(-kInfinity)), R"(["-Infinity",null,null])");
  EXPECT_EQ(PartitionOf(Literal(0.5)), R"([0.5,null,null])");
}

TEST(ContentFileJsonTest, ValuesMayBeOfTheTypeBeforeAPromotion) {
  EXPECT_EQ(PartitionOf(Literal(0.5F)), R"([0.5,null,null])");
  EXPECT_EQ(PartitionOf(Literal(-std::numeric_limits<float>::infinity())),
            R"(["-Infinity",null,null])");
  EXPECT_THAT(TextOf(EntryOf({{FieldId(1002), Literal(int32_t{7})}})),
              HasSubstr(R"("partition":[null,null,7])"));
}

TEST(ContentFileJsonTest, BytesAreHexadecimalInUpperCase) {
  EXPECT_THAT(
      TextOf(EntryOf({{FieldId(1001), Literal(iceberg::Bytes{std::string("\0\xAB\xcd", 3)})}})),
      HasSubstr(R"("partition":[null,"00ABCD",null])"));
}

TEST(ContentFileJsonTest, DeleteFilesSayWhatTheyCompare) {
  iceberg::ManifestEntry entry = EntryOf({});
  entry.file.content = FileContent::kEqualityDeletes;
  entry.file.equality_ids = {FieldId(3), FieldId(1)};
  entry.file.first_row_id = 5;  // of data files only
  std::string text = TextOf(entry);
  EXPECT_THAT(text, HasSubstr(R"("content":"equality-deletes")"));
  EXPECT_THAT(text, HasSubstr(R"("equality-ids":[3,1])"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("first-row-id")));
}

TEST(ContentFileJsonTest, FormatsOfNobodyAreAnError) {
  iceberg::ManifestEntry entry = EntryOf({});
  entry.file.format = FileFormat::kOther;
  auto table = MakeTable();
  iceberg::ManifestColumns columns = iceberg::testing::ColumnsOf(std::span(&entry, 1));
  ASSERT_OK_AND_ASSIGN(auto printer, ContentFilePrinter::Make(*table, columns, {}));
  std::string text;
  EXPECT_THAT(printer.Append(0, text), IsError(ErrorCode::kInvalidMetadata));
}

}  // namespace
}  // namespace firn::rest
