#include "features/join/join_stream.h"

#include <string>
#include <utility>
#include <vector>

#include <arrow/array/array_dict.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/join/point_in_time_join.h"
#include "features/join/snapshot_record.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using iceberg::SchemaId;
using iceberg::TableMetadata;
using ::testing::EndsWith;
using testing::FeatureTable;
using ::testing::HasSubstr;
using TablePtr = std::shared_ptr<arrow::Table>;

constexpr int64_t kRows = 200'000;
constexpr int64_t kDrivers = 7;

const auto kInstant = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");

enum class Order : uint8_t { kNone, kByTime };

/// `[driver, time]`, of times from 0 to 999.
TablePtr Entities(int64_t rows, Order order = Order::kNone) {
  arrow::Int64Builder drivers;
  arrow::TimestampBuilder times(kInstant, arrow::default_memory_pool());
  for (int64_t row = 0; row < rows; ++row) {
    EXPECT_TRUE(drivers.Append(row % kDrivers).ok());
    EXPECT_TRUE(times.Append(order == Order::kByTime ? row * 1000 / rows : row * 7919 % 1000).ok());
  }
  return arrow::Table::Make(arrow::schema({arrow::field("driver", arrow::int64()),
                                           arrow::field("event_timestamp", kInstant)}),
                            {drivers.Finish().ValueOrDie(), times.Finish().ValueOrDie()}, rows);
}

class JoinStreamTest : public ::testing::Test {
 protected:
  JoinStreamTest() {
    std::string rows;
    for (int64_t time = 0; time < 1000; time += 3) {
      rows +=
          fmt::format(R"({}{{"driver":{},"ts":{},"rate":{},"note":"{}"}})", rows.empty() ? "" : ",",
                      time % kDrivers, time, static_cast<double>(time) / 2,
                      std::string(static_cast<size_t>(time % 300), 'n'));
    }
    table_.Append("[" + rows + "]");
  }

  JoinRequest Request() {
    return {.event_timestamp = "event_timestamp",
            .views = {{.name = "stats",
                       .table = table_.table,
                       .keys = {{"driver", "driver"}},
                       .timestamp_column = "ts",
                       .features = {{"rate", "rate"}, {"note", "note"}},
                       .ttl_us = 90}}};
  }

  Result<std::unique_ptr<JoinStream>> Open(const TablePtr& entities,
                                           int64_t batch_rows,
                                           int64_t memory_bytes) {
    auto reader = std::make_shared<arrow::TableBatchReader>(entities);
    reader->set_chunksize(batch_rows);
    return JoinStream::Open(context_, std::move(reader), Request(), memory_bytes);
  }

  FeatureTable table_{{.fields = R"(
      {"id":1,"name":"driver","required":false,"type":"long"},
      {"id":2,"name":"ts","required":false,"type":"timestamptz"},
      {"id":3,"name":"rate","required":false,"type":"double"},
      {"id":4,"name":"note","required":false,"type":"string"})",
                       .partition_fields = ""}};
  JoinProgress progress_;
  JoinContext context_{.scan = table_.context, .progress = &progress_};
};

TEST_F(JoinStreamTest, PartsAreTheWholeAnswer) {
  const TablePtr entities = Entities(kRows);
  ASSERT_OK_AND_ASSIGN(TablePtr whole, PointInTimeJoin(context_, entities, Request()));
  for (int64_t batch_rows : {int64_t{700}, int64_t{65'536}, kRows}) {
    ASSERT_OK_AND_ASSIGN(auto stream, Open(entities, batch_rows, kMinJoinBytes));
    std::vector<TablePtr> parts;
    while (true) {
      ASSERT_OK_AND_ASSIGN(TablePtr part, stream->Next());
      if (part == nullptr) {
        break;
      }
      EXPECT_TRUE(part->schema()->Equals(stream->schema(), /*check_metadata=*/true));
      parts.push_back(std::move(part));
    }
    EXPECT_GT(parts.size(), 2U) << "the frame does not fit the limit at once";
    EXPECT_LT(parts.size(), 100U);
    auto joined = arrow::ConcatenateTables(parts).ValueOrDie();
    EXPECT_TRUE(joined->Equals(*whole)) << batch_rows;
  }
}

/// Of lists and texts of some KB each.
class WideJoinStreamTest : public ::testing::Test {
 protected:
  static constexpr int64_t kValues = 512;
  static constexpr int64_t kFirstTime = 500;

  WideJoinStreamTest() {
    std::string rows;
    for (int64_t driver = 0; driver < kDrivers; ++driver) {
      rows += fmt::format(R"({}{{"driver":{},"ts":{},"items":[1.5)", driver > 0 ? "," : "", driver,
                          kFirstTime);
      for (int64_t value = 1; value < kValues; ++value) {
        rows += fmt::format(",{}", value * driver);
      }
      rows += fmt::format(R"(],"note":"{}"}})", std::string(1500, static_cast<char>('a' + driver)));
    }
    table_.Append("[" + rows + "]");
  }

  /// The most that parts of the limit took, and the answer's size.
  std::pair<int64_t, int64_t> Join(const TablePtr& entities, int64_t memory_bytes) {
    arrow::ProxyMemoryPool memory(arrow::default_memory_pool());
    const JoinContext context{.scan = table_.context, .memory = &memory};
    JoinRequest request{.event_timestamp = "event_timestamp",
                        .views = {{.name = "wide",
                                   .table = table_.table,
                                   .keys = {{"driver", "driver"}},
                                   .timestamp_column = "ts",
                                   .features = {{"items", "items"}, {"note", "note"}}}}};
    auto stream = JoinStream::Open(context, std::make_shared<arrow::TableBatchReader>(entities),
                                   std::move(request), memory_bytes);
    EXPECT_THAT(stream, IsOk());
    int64_t bytes = 0;
    int64_t rows = 0;
    while (true) {
      auto part = (*stream)->Next();
      EXPECT_THAT(part, IsOk());
      if (!part.has_value() || *part == nullptr) {
        break;
      }
      rows += (*part)->num_rows();
      bytes += arrow::util::TotalBufferSize(**part);
    }
    EXPECT_EQ(rows, entities->num_rows());
    return {memory.max_memory(), bytes};
  }

  FeatureTable table_{{.fields = R"(
      {"id":1,"name":"driver","required":false,"type":"long"},
      {"id":2,"name":"ts","required":false,"type":"timestamptz"},
      {"id":3,"name":"items","required":false,"type":
        {"type":"list","element-id":5,"element-required":false,"element":"float"}},
      {"id":4,"name":"note","required":false,"type":"string"})",
                       .partition_fields = ""}};
};

TEST_F(WideJoinStreamTest, WideFeaturesStayWithinTheLimitFromTheFirstPartOn) {
  const auto [most, bytes] = Join(Entities(100'000), kMinJoinBytes);
  EXPECT_GT(bytes, 10 * kMinJoinBytes);
  EXPECT_LT(most, kMinJoinBytes);
}

TEST_F(WideJoinStreamTest, PartsWithoutMatchesSayNothingOfLaterOnes) {
  const auto [most, bytes] = Join(Entities(60'000, Order::kByTime), kMinJoinBytes);
  EXPECT_GT(bytes, 6 * kMinJoinBytes);
  EXPECT_LT(most, kMinJoinBytes);
}

/// Of a table by text.
class TextJoinStreamTest : public ::testing::Test {
 protected:
  /// `[name, time]` of rows whose name is one text, once in a dictionary.
  TablePtr Entities(const std::string& name, int64_t rows) {
    arrow::StringBuilder names;
    EXPECT_TRUE(names.Append(name).ok());
    auto zeros = arrow::MakeArrayFromScalar(arrow::Int8Scalar(0), rows).ValueOrDie();
    auto encoded =
        arrow::DictionaryArray::FromArrays(zeros, names.Finish().ValueOrDie()).ValueOrDie();
    auto times = arrow::MakeArrayFromScalar(arrow::TimestampScalar(20, kInstant), rows);
    return arrow::Table::Make(arrow::schema({arrow::field("name", encoded->type()),
                                             arrow::field("event_timestamp", kInstant)}),
                              {encoded, times.ValueOrDie()}, rows);
  }

  Result<std::unique_ptr<JoinStream>> Open(const TablePtr& entities) {
    return JoinStream::Open(context_, std::make_shared<arrow::TableBatchReader>(entities),
                            {.event_timestamp = "event_timestamp",
                             .views = {{.name = "stats",
                                        .table = table_.table,
                                        .keys = {{"name", "name"}},
                                        .timestamp_column = "ts",
                                        .features = {{"rate", "rate"}}}}},
                            kMinJoinBytes);
  }

  FeatureTable table_{{.fields = R"(
      {"id":1,"name":"name","required":false,"type":"string"},
      {"id":2,"name":"ts","required":false,"type":"timestamptz"},
      {"id":3,"name":"rate","required":false,"type":"double"})",
                       .partition_fields = ""}};
  JoinContext context_{.scan = table_.context};
};

TEST_F(TextJoinStreamTest, KeysOfADictionaryCountAsTheyAreSpelledOut) {
  constexpr int64_t kKeyBytes = int64_t{256} << 10;
  const std::string name(kKeyBytes, 'x');
  table_.Append(fmt::format(R"([{{"name":"{}","ts":10,"rate":0.5}}])", name));
  const TablePtr entities = Entities(name, 100);
  ASSERT_LT(arrow::util::TotalBufferSize(*entities), 2 * kKeyBytes);
  ASSERT_OK_AND_ASSIGN(auto stream, Open(entities));
  int64_t rows = 0;
  while (true) {
    ASSERT_OK_AND_ASSIGN(TablePtr part, stream->Next());
    if (part == nullptr) {
      break;
    }
    EXPECT_LE(part->num_rows() * kKeyBytes, kMinJoinBytes / 4);
    EXPECT_EQ(part->GetColumnByName("rate")->null_count(), 0);
    rows += part->num_rows();
  }
  EXPECT_EQ(rows, 100);
}

TEST_F(TextJoinStreamTest, AKeyLargerThanTheLimitIsRefused) {
  ASSERT_OK_AND_ASSIGN(auto stream, Open(Entities(std::string(kMinJoinBytes, 'x'), 2)));
  EXPECT_THAT(stream->Next(), IsError(ErrorCode::kPayloadTooLarge));
}

TEST_F(JoinStreamTest, AFrameWithoutRowsHasNoPartsButASchema) {
  ASSERT_OK_AND_ASSIGN(auto stream, Open(Entities(0), 10, kMinJoinBytes));
  ASSERT_OK_AND_ASSIGN(TablePtr part, stream->Next());
  EXPECT_EQ(part, nullptr);
  EXPECT_EQ(stream->schema()->field_names(),
            (std::vector<std::string>{"driver", "event_timestamp", "rate", "note"}));
}

TEST_F(JoinStreamTest, TheSnapshotsAreRecorded) {
  ASSERT_OK_AND_ASSIGN(auto stream, Open(Entities(1), 10, kMinJoinBytes));
  auto recorded = stream->schema()->metadata()->Get(kSnapshotsKey);
  ASSERT_TRUE(recorded.ok());
  const TableMetadata& table = *table_.table.metadata;
  EXPECT_EQ(
      *recorded,
      fmt::format(R"({{"stats":{{"table":"{}","uuid":"{}","snapshot-id":{},"schema-id":{}}}}})",
                  ToDotted(table_.table.identifier), table.uuid,
                  table.current_snapshot()->id.value(), table.current_schema_id.value()));
}

TEST_F(JoinStreamTest, TheSchemaIsRecordedThatRowsAreReadBy) {
  constexpr SchemaId kNewer(7);
  auto changed = std::make_shared<TableMetadata>(*table_.table.metadata);
  const iceberg::Snapshot& snapshot = *changed->current_snapshot();
  ASSERT_TRUE(snapshot.schema_id.has_value());
  changed->schemas.Append(changed->current_schema().WithId(kNewer), "{}");
  changed->current_schema_id = kNewer;
  std::vector<JoinView> views = Request().views;
  views[0].table.metadata = changed;
  const auto recorded = [&](SchemaId id) {
    return IsOkAnd(EndsWith(fmt::format(R"("schema-id":{}}}}})", id.value())));
  };
  EXPECT_THAT(SnapshotsOf(views), recorded(kNewer));
  views[0].snapshot = snapshot.id;
  EXPECT_THAT(SnapshotsOf(views), recorded(*snapshot.schema_id));
  views[0].snapshot = table::RefName{"main"};
  EXPECT_THAT(SnapshotsOf(views), recorded(kNewer));
}

TEST_F(JoinStreamTest, ANameStandsForOneState) {
  const iceberg::SnapshotId old = table_.table.metadata->current_snapshot()->id;
  table_.Append(R"([{"driver":1,"ts":1}])");
  std::vector<JoinView> views = Request().views;
  ASSERT_OK_AND_ASSIGN(const std::string once, SnapshotsOf(views));
  views.push_back(views.front());
  EXPECT_THAT(SnapshotsOf(views), IsOkAnd(once));
  views.back().snapshot = table_.table.metadata->current_snapshot()->id;
  EXPECT_THAT(SnapshotsOf(views), IsOkAnd(once)) << "said otherwise, the same state";
  views.back().snapshot = old;
  auto refused = SnapshotsOf(views);
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(refused.error().message(), HasSubstr("stats"));
  EXPECT_THAT(refused.error().message(), HasSubstr("NAME="));
  views.back().name = "then";
  EXPECT_THAT(SnapshotsOf(views), IsOkAnd(HasSubstr(R"(,"then":{"table")")));
  views.back() = views.front();
  views.back().table.identifier.name = "other";
  EXPECT_THAT(SnapshotsOf(views), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(JoinStreamTest, CountsRowsAndCanBeEnded) {
  ASSERT_OK_AND_ASSIGN(auto stream, Open(Entities(100), 100, kMinJoinBytes));
  ASSERT_OK_AND_ASSIGN(TablePtr part, stream->Next());
  EXPECT_EQ(progress_.planned_rows, 2 * 334) << "two passes";
  EXPECT_GT(progress_.done_rows, 334);
  std::stop_source stop;
  table_.context.read.stop = stop.get_token();
  ASSERT_OK_AND_ASSIGN(stream, Open(Entities(100), 100, kMinJoinBytes));
  stop.request_stop();
  EXPECT_THAT(stream->Next(), IsError(ErrorCode::kUnavailable));
}

TEST_F(JoinStreamTest, ALimitThatHoldsNothingIsRefused) {
  EXPECT_THAT(Open(Entities(1), 1, kMinJoinBytes - 1), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::features
