#include "server/features/entity_input.h"

#include <string>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"
#include "server/features/bounded_memory.h"

namespace firn::server_features {
namespace {

using features::testing::TableOfJson;
using rest::FeatureBody;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

const arrow::FieldVector kFields = {arrow::field("driver", arrow::int64()),
                                    arrow::field("event_timestamp", arrow::utf8())};

std::string StreamOf(
    const arrow::Table& table,
    const arrow::ipc::IpcWriteOptions& options = arrow::ipc::IpcWriteOptions::Defaults()) {
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = arrow::ipc::MakeStreamWriter(sink, table.schema(), options).ValueOrDie();
  EXPECT_TRUE(writer->WriteTable(table).ok());
  EXPECT_TRUE(writer->Close().ok());
  return sink->Finish().ValueOrDie()->ToString();
}

std::shared_ptr<arrow::Table> Asking(const std::shared_ptr<arrow::Table>& table,
                                     const std::string& request) {
  return table->ReplaceSchemaMetadata(
      arrow::key_value_metadata({"other", kRequestKey}, {"kept", request}));
}

Result<EntityInput> Read(std::string_view body, FeatureBody form) {
  return ReadEntityInput(body, form, arrow::default_memory_pool());
}

TEST(EntityInputTest, RowsOfJsonBecomeColumns) {
  auto input = Read(R"({"views":["t:a"],"entities":[{"i":1,"d":1,"t":"x","b":true,"n":null},)"
                    R"({"d":1.5,"late":7,"i":null},{}]})",
                    FeatureBody::kJson);
  ASSERT_THAT(input, IsOk());
  auto table = input->entities->ToTable().ValueOrDie();
  EXPECT_TRUE(table->ValidateFull().ok());
  auto expected =
      TableOfJson({arrow::field("i", arrow::int64()), arrow::field("d", arrow::float64()),
                   arrow::field("t", arrow::utf8()), arrow::field("b", arrow::boolean()),
                   arrow::field("n", arrow::null()), arrow::field("late", arrow::int64())},
                  R"([{"i":1,"d":1.0,"t":"x","b":true},{"d":1.5,"late":7},{}])");
  EXPECT_TRUE(table->Equals(*expected)) << table->ToString();
}

TEST(EntityInputTest, RowsThatAreNoneAreNamed) {
  for (const char* rows :
       {"[1]", R"([{"a":1},{"a":"x"}])", R"([{"a":true},{"a":1}])", R"([{"a":[1]}])",
        R"([{"a":{"b":1}}])", R"([{"a":18446744073709551615}])"}) {
    auto body = std::string(R"({"views":["t:a"],"entities":)") + rows + "}";
    EXPECT_THAT(Read(body, FeatureBody::kJson), IsError(ErrorCode::kInvalidArgument)) << rows;
  }
}

TEST(EntityInputTest, WithoutEntitiesThereIsAWindow) {
  auto input = Read(R"({"views":["t:a"],"start":"2026-11-01"})", FeatureBody::kJson);
  ASSERT_THAT(input, IsOk());
  EXPECT_EQ(input->entities, nullptr);
  EXPECT_THAT(Read(R"({"views":["t:a"],"start":"2026-11-01","entities":[]})", FeatureBody::kJson),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(EntityInputTest, AnArrowStreamBringsItsRequest) {
  auto table = TableOfJson(kFields, R"([{"driver":1,"event_timestamp":"x"},{"driver":2}])", 1);
  std::string body = StreamOf(*Asking(table, R"({"views":["t:a"]})"));
  // Wherever its buffers lie.
  for (size_t shift = 0; shift < 3; ++shift) {
    std::string place = std::string(shift, ' ') + body;
    auto input = Read(std::string_view(place).substr(shift), FeatureBody::kArrow);
    ASSERT_THAT(input, IsOk());
    EXPECT_EQ(input->request.views.size(), 1U);
    auto read = input->entities->ToTable().ValueOrDie();
    EXPECT_TRUE(read->Equals(*table));
    EXPECT_EQ(read->schema()->metadata()->ToString(),
              arrow::key_value_metadata({"other"}, {"kept"})->ToString());
  }
  EXPECT_THAT(ReadLatestInput(StreamOf(*Asking(table, R"({"view":"t:a"})")), FeatureBody::kArrow),
              IsOk());
}

TEST(EntityInputTest, StreamsThatAskNothingAreRefused) {
  auto table = TableOfJson(kFields, "[]");
  EXPECT_THAT(Read(StreamOf(*table), FeatureBody::kArrow), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Read("", FeatureBody::kArrow), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Read("no stream at all", FeatureBody::kArrow), IsError(ErrorCode::kInvalidArgument));
  auto both =
      Read(StreamOf(*Asking(table, R"({"views":["t:a"],"entities":[]})")), FeatureBody::kArrow);
  ASSERT_THAT(both, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(both.error().message(), HasSubstr("entities"));
}

TEST(EntityInputTest, BytesThatAreNotSoundAreErrors) {
  auto table = TableOfJson(kFields, R"([{"driver":1,"event_timestamp":"text"}])");
  const std::string body = StreamOf(*Asking(table, R"({"views":["t:a"]})"));
  int refused = 0;
  for (size_t place = 0; place < body.size(); ++place) {
    std::string broken = body;
    broken[place] = static_cast<char>(broken[place] ^ 0x55);
    auto input = Read(broken, FeatureBody::kArrow);
    if (!input.has_value()) {
      ++refused;
      continue;
    }
    // Sound rows or an error.
    auto rows = input->entities->ToTable();
    refused += rows.ok() ? 0 : 1;
    EXPECT_TRUE(!rows.ok() || (*rows)->ValidateFull().ok()) << place;
  }
  EXPECT_GT(refused, 0);
}

TEST(EntityInputTest, WhatUnpacksIntoTooMuchIsRefused) {
  auto text = arrow::MakeArrayFromScalar(arrow::StringScalar(std::string(1 << 20, 'a')), 40);
  auto table = arrow::Table::Make(arrow::schema({arrow::field("a", arrow::utf8())}),
                                  arrow::ArrayVector{text.ValueOrDie()});
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.codec = arrow::util::Codec::Create(arrow::Compression::ZSTD).ValueOrDie();
  std::string body = StreamOf(*Asking(table, R"({"views":["t:a"]})"), options);
  ASSERT_LT(body.size(), 1U << 20);
  auto memory = BoundedMemory::Make(int64_t{32} << 20);
  auto input = ReadEntityInput(body, FeatureBody::kArrow, memory.get());
  ASSERT_THAT(input, IsOk());
  EXPECT_TRUE(input->entities->ToTable().status().IsOutOfMemory());
  EXPECT_TRUE(memory->was_exceeded());
}

TEST(EntityInputTest, BuffersMayOutliveTheirMemorysOwner) {
  auto memory = BoundedMemory::Make(1024);
  auto buffer = arrow::AllocateBuffer(100, memory.get()).ValueOrDie();
  memory.reset();
  EXPECT_EQ(buffer->size(), 100);
}

TEST(EntityInputTest, ManyNamesAreRefusedBeforeTheyCostMemory) {
  std::string rows;
  for (int i = 0; i < 20'000; ++i) {
    rows += fmt::format(R"({}{{"a{}":1}})", i == 0 ? "" : ",", i);
  }
  auto memory = BoundedMemory::Make(int64_t{32} << 20);
  auto input = ReadEntityInput(R"({"views":["t:a"],"entities":[)" + rows + "]}", FeatureBody::kJson,
                               memory.get());
  ASSERT_THAT(input, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(input.error().message(), HasSubstr("1024 columns"));
}

}  // namespace
}  // namespace firn::server_features
