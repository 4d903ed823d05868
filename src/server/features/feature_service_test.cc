// Joins of tables that a real catalog serves: the worked example of docs/behaviour.md, limits, and
// what clients may not read.
#include "server/features/feature_service.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <arrow/array.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/table.h>
#include <arrow/util/key_value_metadata.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "features/testing/feature_table.h"
#include "iceberg/schema/testing/parse.h"
#include "server/features/entity_input.h"
#include "server/features/served_tables.h"
#include "server/service/tables.h"
#include "server/service/testing/test_catalog.h"
#include "storage/memory_object_store.h"
#include "table/commit/commit_tools.h"
#include "table/write/table_writer.h"

namespace firn::server_features {
namespace {

using features::testing::BatchOfJson;
using features::testing::TableOfJson;
using rest::FeatureBody;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

constexpr const char* kFields = R"(
    {"id":1,"name":"driver","required":false,"type":"long"},
    {"id":2,"name":"ts","required":false,"type":"timestamptz"},
    {"id":3,"name":"created","required":false,"type":"timestamptz"},
    {"id":4,"name":"rate","required":false,"type":"double"})";

constexpr const char* kRows = R"([
    {"driver":1,"ts":"2026-11-01 10:00:00Z","created":"2026-11-01 10:01:00Z","rate":0.1},
    {"driver":1,"ts":"2026-11-01 11:00:00Z","created":"2026-11-01 11:01:00Z","rate":0.2},
    {"driver":1,"ts":"2026-11-01 11:00:00Z","created":"2026-11-01 11:30:00Z","rate":0.3},
    {"driver":1,"ts":"2026-11-01 12:00:00Z","created":"2026-11-01 12:01:00Z","rate":null},
    {"driver":2,"ts":"2026-11-01 09:00:00Z","created":"2026-11-01 09:01:00Z","rate":0.9}])";

constexpr std::string_view kJoin = R"({"views":["ns.stats:rate@ttl=2h"],"entities":[
    {"driver":1,"event_timestamp":"2026-11-01T10:00:00Z","label":"a"},
    {"driver":1,"event_timestamp":"2026-11-01T09:59:00Z","label":"b"},
    {"driver":1,"event_timestamp":"2026-11-01T11:05:00Z","label":"c"},
    {"driver":3,"event_timestamp":"2026-11-01T11:00:00Z","label":"d"}]})";

class FeatureServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    service::CreateTableRequest request{.identifier = {NamespacePath{{"ns"}}, "stats"}};
    request.schema = iceberg::testing::SchemaOfFields(kFields);
    ASSERT_THAT(service::TableService(catalog_.environment()).Create(catalog_.call(), request),
                IsOk());
    Append(kRows);
  }

  void Append(const std::string& rows) {
    ServedTables tables(catalog_.environment(), catalog_.call(), FileAccess::kWrite);
    auto table = tables.Load({NamespacePath{{"ns"}}, "stats"});
    ASSERT_THAT(table, IsOk());
    auto batch =
        BatchOfJson(columnar::ArrowSchemaOf(table->metadata->current_schema())->fields(), rows);
    auto writer = table::TableWriter::Make(tables, *table, *batch->schema(), tools_);
    ASSERT_THAT(writer, IsOk());
    ASSERT_THAT((*writer)->Write(*batch), IsOk());
    ASSERT_THAT((*writer)->Append(), IsOk());
  }

  /// The whole answer.
  static Result<std::shared_ptr<arrow::Table>> Rows(
      Result<std::shared_ptr<http::BodyStream>> begun) {
    RETURN_IF_ERROR(begun);
    std::string bytes;
    while (true) {
      ASSIGN_OR_RETURN(http::Body piece, (*begun)->Next());
      if (piece == nullptr) {
        break;
      }
      EXPECT_FALSE(piece->empty());
      bytes += *piece;
    }
    auto reader =
        arrow::ipc::RecordBatchStreamReader::Open(
            std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes))))
            .ValueOrDie();
    auto table = reader->ToTable().ValueOrDie();
    EXPECT_TRUE(table->ValidateFull().ok());
    return table;
  }
  Result<std::shared_ptr<arrow::Table>> Join(std::string_view body) {
    return Rows(service_.Join(catalog_.call(), {.body = body}));
  }

  SystemClock clock_;
  ThreadPool pool_{2};
  std::shared_ptr<storage::InMemoryObjectStore> files_ =
      std::make_shared<storage::InMemoryObjectStore>(clock_);
  service::testing::TestCatalog catalog_{*files_};
  table::CommitTools tools_ = table::SystemCommitTools(catalog_.clock(), pool_);
  FeatureService service_{catalog_.environment(), {.max_running = 1}};
};

std::string TextOf(const arrow::Table& table, const char* column) {
  return table.GetColumnByName(column)->chunk(0)->ToString();
}

TEST_F(FeatureServiceTest, JsonComesInAndArrowGoesOut) {
  auto rows = Join(kJoin);
  ASSERT_THAT(rows, IsOk());
  auto expected =
      TableOfJson({arrow::field("rate", arrow::float64())}, R"([{"rate":0.1},{},{"rate":0.3},{}])");
  EXPECT_TRUE((*rows)->GetColumnByName("rate")->Equals(expected->column(0)));
  EXPECT_THAT((*rows)->ColumnNames(),
              ::testing::ElementsAre("driver", "event_timestamp", "label", "rate"));
  auto snapshots = (*rows)->schema()->metadata()->Get("firn.snapshots");
  ASSERT_TRUE(snapshots.ok());
  EXPECT_THAT(*snapshots, HasSubstr(R"("stats":{"table":"ns.stats")"));
  EXPECT_EQ(service_.counters().completed, 1U);
  EXPECT_EQ(service_.counters().running, 0);
}

TEST_F(FeatureServiceTest, ArrowComesIn) {
  auto frame =
      TableOfJson(
          {arrow::field("driver", arrow::int32()), arrow::field("event_timestamp", arrow::utf8())},
          R"([{"driver":1,"event_timestamp":"2026-11-01T11:05:00Z"},
                               {"driver":2,"event_timestamp":"2026-11-01T09:00:00Z"}])",
          1)
          ->ReplaceSchemaMetadata(arrow::key_value_metadata(
              {kRequestKey}, {R"({"views":["ns.stats:rate"],"full-feature-names":true})"}));
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = arrow::ipc::MakeStreamWriter(sink, frame->schema()).ValueOrDie();
  ASSERT_TRUE(writer->WriteTable(*frame).ok());
  ASSERT_TRUE(writer->Close().ok());
  const std::string body = sink->Finish().ValueOrDie()->ToString();
  auto rows = Rows(service_.Join(catalog_.call(), {.body = body, .form = FeatureBody::kArrow}));
  ASSERT_THAT(rows, IsOk());
  auto expected = TableOfJson({arrow::field("r", arrow::float64())}, R"([{"r":0.3},{"r":0.9}])");
  EXPECT_TRUE((*rows)->GetColumnByName("stats__rate")->Equals(expected->column(0)));
  EXPECT_FALSE((*rows)->schema()->metadata()->Contains(kRequestKey));
}

TEST_F(FeatureServiceTest, WithoutEntitiesTheTableSaysForWhich) {
  auto rows = Join(R"({"views":["ns.stats:rate@key=driver"],"start":"2026-11-01T10:00:00",)"
                   R"("end":"2026-11-01T11:00:00Z"})");
  ASSERT_THAT(rows, IsOk());
  auto expected = TableOfJson({arrow::field("r", arrow::float64())}, R"([{"r":0.1},{"r":0.3}])");
  EXPECT_TRUE((*rows)->GetColumnByName("rate")->Equals(expected->column(0)));
}

TEST_F(FeatureServiceTest, MoreOfTheTablesRowsThanTheLimitHoldsAreRefused) {
  FeatureService small(catalog_.environment(), {.memory_bytes = int64_t{16} << 20});
  std::string rows;
  for (int driver = 0; driver < 200'000; ++driver) {
    rows += fmt::format(R"({}{{"driver":{},"ts":"2026-11-02 10:00:00Z"}})", driver > 0 ? "," : "",
                        driver);
  }
  Append("[" + rows + "]");
  const auto join = [&](std::string_view body) {
    return Rows(small.Join(catalog_.call(), {.body = body}));
  };
  EXPECT_THAT(join(R"({"views":["ns.stats:rate@key=driver"]})"),
              IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(join(R"({"views":["ns.stats:rate@key=driver"],"end":"2026-11-01T23:00:00Z"})"),
              IsOk());
}

TEST_F(FeatureServiceTest, EntitiesOfNothingButNullsAreRows) {
  auto rows = Join(R"({"views":["ns.stats:rate@key=driver"],"event-timestamp":"at",)"
                   R"("entities":[{"driver":null,"at":null}]})");
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)->num_rows(), 1);
  EXPECT_EQ((*rows)->GetColumnByName("rate")->null_count(), 1);
}

TEST_F(FeatureServiceTest, NoEntitiesGiveColumnsWithoutRows) {
  auto frame =
      arrow::schema({arrow::field("driver", arrow::int64()),
                     arrow::field("event_timestamp", arrow::timestamp(arrow::TimeUnit::MICRO))})
          ->WithMetadata(
              arrow::key_value_metadata({kRequestKey}, {R"({"views":["ns.stats:rate"]})"}));
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  ASSERT_TRUE(arrow::ipc::MakeStreamWriter(sink, frame).ValueOrDie()->Close().ok());
  const std::string body = sink->Finish().ValueOrDie()->ToString();
  auto rows = Rows(service_.Join(catalog_.call(), {.body = body, .form = FeatureBody::kArrow}));
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)->num_rows(), 0);
  EXPECT_EQ((*rows)->num_columns(), 3);
}

TEST_F(FeatureServiceTest, TheNewestRowOfEveryKey) {
  auto rows = Rows(service_.Latest(
      catalog_.call(),
      {.body = R"({"view":"ns.stats:rate@key=driver","end":"2026-11-01T11:59:00"})"}));
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)->num_rows(), 2);
  EXPECT_THAT(TextOf(**rows, "rate"), HasSubstr("0.3"));
  EXPECT_TRUE((*rows)->schema()->metadata()->Contains("firn.snapshots"));
}

TEST_F(FeatureServiceTest, AViewIsReadAtTheStateThatItNames) {
  const auto join = [this](std::string_view settings, std::string_view more = "") {
    return Join(fmt::format(R"({{"views":["ns.stats:rate@key=driver{}"]{}}})", settings, more));
  };
  auto first = join("");
  ASSERT_THAT(first, IsOk());
  Append(R"([{"driver":9,"ts":"2026-11-01 10:00:00Z","rate":9}])");
  ServedTables tables(catalog_.environment(), catalog_.call(), FileAccess::kRead);
  auto table = tables.Load({NamespacePath{{"ns"}}, "stats"});
  ASSERT_THAT(table, IsOk());
  const iceberg::SnapshotId snapshot = *table->metadata->current_snapshot()->parent_id;
  auto then = join(fmt::format(",snapshot={}", snapshot.value()));
  ASSERT_THAT(then, IsOk());
  EXPECT_TRUE((*then)->Equals(**first, /*check_metadata=*/true));
  auto now = join(",ref=main");
  ASSERT_THAT(now, IsOk());
  EXPECT_EQ((*now)->num_rows(), (*first)->num_rows() + 1);
  EXPECT_THAT(join(",ref=lost"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(join("", R"(,"as-of":"2999-01-01")"), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(FeatureServiceTest, WhatDoesNotFitIsAnErrorBeforeAnythingIsRead) {
  EXPECT_THAT(Join(R"({"views":["ns.other:rate"]})"), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(Join(R"({"views":["ns.stats"]})"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Join(R"({"views":["ns.stats:nothing"],"entities":[]})"),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Join("{"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(service_.counters().running, 0);
  EXPECT_EQ(service_.counters().failed, 4U);
}

TEST_F(FeatureServiceTest, OneTooManyIsRefused) {
  auto held = service_.Join(catalog_.call(), {.body = kJoin});
  ASSERT_THAT(held, IsOk());
  EXPECT_THAT(Join(kJoin), IsError(ErrorCode::kResourceExhausted));
  EXPECT_EQ(service_.counters().refused, 1U);
  EXPECT_THAT(service_.CheckPlace(), IsError(ErrorCode::kResourceExhausted));
  EXPECT_EQ(service_.counters().refused, 2U);
  EXPECT_EQ(service_.counters().running, 1);
  held->reset();
  EXPECT_THAT(service_.CheckPlace(), IsOk());
  EXPECT_THAT(Join(kJoin), IsOk());
}

TEST_F(FeatureServiceTest, EndsWhenToldTo) {
  std::stop_source stop;
  auto begun = service_.Join(catalog_.call(), {.body = kJoin, .stop = stop.get_token()});
  ASSERT_THAT(begun, IsOk());
  stop.request_stop();
  EXPECT_THAT((*begun)->Next(), IsError(ErrorCode::kUnavailable));
  begun->reset();
  service::CallContext late = catalog_.call();
  late.deadline = std::chrono::steady_clock::now();
  auto answer = service_.Join(late, {.body = kJoin, .stop = stop.get_token()});
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT((*answer)->Next(), IsError(ErrorCode::kDeadlineExceeded));
}

TEST_F(FeatureServiceTest, FilesElsewhereAreNotRead) {
  ASSERT_THAT(Join(kJoin), IsOk());
  service::CallContext other = catalog_.call();
  other.warehouse.location = "s3://elsewhere";
  EXPECT_THAT(Rows(service_.Join(other, {.body = kJoin})), IsError(ErrorCode::kForbidden));
}

}  // namespace
}  // namespace firn::server_features
