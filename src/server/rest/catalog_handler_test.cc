// The handler over a real SQLite store and files in memory: what surrounds an operation.
#include "server/rest/catalog_handler.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <latch>
#include <memory>
#include <thread>

#include "base/testing/matchers.h"
#include "base/testing/recorded_turn.h"
#include "server/http/testing/test_request.h"
#include "server/service/commit_counters.h"
#include "server/service/commit_locks.h"
#include "server/service/metadata_cache.h"
#include "server/store/sql/testing/faulty_engine.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/testing/racing_store.h"
#include "storage/memory_object_store.h"

namespace firn::rest {
namespace {

using http::Method;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

class NoSystemEndpoints final : public http::SystemEndpoints {
 public:
  std::optional<http::Response> TryAnswer(const http::Request&) override { return std::nullopt; }
};

class CatalogHandlerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("firn-rest-" + Uuid::Random().ToString());
    std::filesystem::create_directories(folder_);
    auto engine = store::sqlite::OpenSqliteEngine({.path = (folder_ / "firn.db").string()});
    ASSERT_THAT(engine, IsOk());
    auto opened = store::sql::SqlCatalogStore::Make(
        std::make_unique<store::sql::testing::FaultyEngine>(*std::move(engine), faults_),
        {.clock = &clock_});
    ASSERT_THAT(opened, IsOk());
    store_ = *std::move(opened);
    racing_ = std::make_unique<store::testing::RacingStore>(*store_);
    warehouses_ = std::make_unique<service::WarehouseDirectory>(
        *racing_, [](const std::string&) { return Status(); });
    ASSERT_THAT(warehouses_->Open("default", "file:///w", clock_.Now()), IsOk());
    service::Environment environment{*racing_, files_, clock_, cache_, locks_, options_, counters_};
    auto made = CatalogHandler::Make(environment, *warehouses_, system_, {});
    ASSERT_THAT(made, IsOk());
    handler_ = *std::move(made);
    ASSERT_EQ(Post("/v1/namespaces", R"({"namespace":["ns"]})").status, 200);
    ASSERT_EQ(Post("/v1/namespaces/ns/tables", kTable).status, 200);
  }
  void TearDown() override {
    handler_.reset();
    warehouses_.reset();
    racing_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  http::Response Send(Method method,
                      std::string target,
                      std::string body,
                      http::testing::TestRequest::Headers headers = {}) {
    http::testing::TestRequest request(method, std::move(target), std::move(body), headers);
    request.set_deadline(std::chrono::steady_clock::now() + time_);
    return handler_->Handle(request.get());
  }
  http::Response Post(std::string target,
                      std::string body,
                      http::testing::TestRequest::Headers headers = {}) {
    return Send(Method::kPost, std::move(target), std::move(body), headers);
  }
  static std::string BodyOf(const http::Response& response) {
    std::string text;
    for (const http::Body& piece : response.body) {
      text += *piece;
    }
    return text;
  }

  /// Of the table or view in the answer.
  static std::string MetadataLocation(const http::Response& response) {
    constexpr std::string_view kField = R"("metadata-location":")";
    std::string body = BodyOf(response);
    size_t begin = body.find(kField) + kField.size();
    return body.substr(begin, body.find('"', begin) - begin);
  }
  void Lose(const std::string& file) {
    cache_.Erase(file);
    ASSERT_THAT(files_.Delete(file), IsOk());
  }
  void Spoil(const std::string& file) {
    Lose(file);
    ASSERT_THAT(files_.Write(file, "{", storage::WriteMode::kCreateNew), IsOk());
  }

  static constexpr std::string_view kKey = "0190b8a0-0000-7000-8000-000000000001";
  static constexpr const char* kTable =
      R"({"name":"t","schema":{"type":"struct","schema-id":0,)"
      R"("fields":[{"id":1,"name":"id","required":false,"type":"long"}]}})";
  static constexpr const char* kOther = R"({"name":"other","location":"file:///other"})";
  static constexpr const char* kCommit =
      R"({"requirements":[],"updates":[{"action":"set-properties","updates":{"k":"v"}}]})";

  std::filesystem::path folder_;
  SystemClock clock_;
  service::ServiceOptions options_{.commit_retries = 2};
  service::MetadataCache cache_{1 << 20};
  service::CommitLocks locks_;
  service::CommitCounters counters_;
  storage::InMemoryObjectStore files_{clock_};
  NoSystemEndpoints system_;
  std::chrono::milliseconds time_{20'000};
  store::sql::testing::FaultSwitch faults_;
  std::unique_ptr<store::CatalogStore> store_;
  std::unique_ptr<store::testing::RacingStore> racing_;
  std::unique_ptr<service::WarehouseDirectory> warehouses_;
  std::unique_ptr<CatalogHandler> handler_;
};

TEST_F(CatalogHandlerTest, ALostRaceIsNotKeptUnderItsKey) {
  racing_->races_left = 3;
  http::Response lost = Post("/v1/namespaces/ns/tables/t", kCommit, {{"Idempotency-Key", kKey}});
  EXPECT_EQ(lost.status, 409);
  EXPECT_EQ(lost.error_type, "CommitFailedException");
  http::Response again = Post("/v1/namespaces/ns/tables/t", kCommit, {{"Idempotency-Key", kKey}});
  EXPECT_EQ(again.status, 200);
  EXPECT_THAT(BodyOf(again), HasSubstr(R"("k":"v")"));
}

TEST_F(CatalogHandlerTest, AFailedRequirementIsKeptUnderItsKey) {
  constexpr const char* kNoSuchSchema =
      R"({"requirements":[{"type":"assert-current-schema-id","current-schema-id":9}],)"
      R"("updates":[{"action":"set-properties","updates":{"k":"v"}}]})";
  for (int i = 0; i < 2; ++i) {
    http::Response refused =
        Post("/v1/namespaces/ns/tables/t", kNoSuchSchema, {{"Idempotency-Key", kKey}});
    EXPECT_EQ(refused.status, 409);
  }
  http::Response other = Post("/v1/namespaces/ns/tables/t", kCommit, {{"Idempotency-Key", kKey}});
  EXPECT_EQ(other.status, 422);
}

TEST_F(CatalogHandlerTest, AnUnknownOutcomeIs500AndLeavesItsKeyFree) {
  ASSERT_EQ(Post("/v1/namespaces", R"({"namespace":["empty"]})").status, 200);
  ASSERT_EQ(Post("/management/v1/warehouses", kOther).status, 200);
  constexpr const char* kRename =
      R"({"source":{"namespace":["ns"],"name":"t"},"destination":{"namespace":["ns"],"name":"r"}})";
  constexpr const char* kStage =
      R"({"name":"s","stage-create":true,"schema":{"type":"struct","schema-id":0,)"
      R"("fields":[{"id":1,"name":"id","required":false,"type":"long"}]}})";
  constexpr const char* kProperties = R"({"updates":{"a":"b"},"removals":["c"]})";
  struct Call {
    Method method;
    const char* target;
    std::string body;
  };
  // Each finds what the ones before have left.
  const std::vector<Call> calls = {
      {Method::kPost, "/v1/namespaces", R"({"namespace":["new"]})"},
      {Method::kPost, "/v1/namespaces/ns/properties", kProperties},
      {Method::kDelete, "/v1/namespaces/empty", ""},
      {Method::kPost, "/v1/namespaces/ns/tables", kStage},
      {Method::kPost, "/v1/namespaces/ns/tables/t", kCommit},
      {Method::kPost, "/v1/tables/rename", kRename},
      {Method::kPost, "/v1/namespaces/ns/tables/r/unregister", ""},
      {Method::kPost, "/v1/namespaces/ns/tables", kTable},
      {Method::kDelete, "/v1/namespaces/ns/tables/t?purgeRequested=true", ""},
      {Method::kDelete, "/management/v1/warehouses/other", ""},
  };
  for (const Call& call : calls) {
    SCOPED_TRACE(call.target);
    const std::string key = Uuid::Random().ToString();
    time_ = std::chrono::milliseconds(40);
    faults_.fault = store::sql::testing::CommitFault::kDown;
    http::Response unknown = Send(call.method, call.target, call.body, {{"Idempotency-Key", key}});
    EXPECT_EQ(unknown.status, 500);
    EXPECT_EQ(unknown.error_type, "CommitStateUnknownException");
    faults_.fault = store::sql::testing::CommitFault::kNone;
    time_ = std::chrono::milliseconds(20'000);
    http::Response again = Send(call.method, call.target, call.body, {{"Idempotency-Key", key}});
    EXPECT_TRUE(again.status == 200 || again.status == 204) << again.status << BodyOf(again);
  }
}

TEST_F(CatalogHandlerTest, AReplaySaysWhyItCannotShowWhatThereIsNow) {
  constexpr const char* kNew =
      R"({"name":"new","schema":{"type":"struct","schema-id":0,)"
      R"("fields":[{"id":1,"name":"id","required":false,"type":"long"}]}})";
  http::Response made = Post("/v1/namespaces/ns/tables", kNew, {{"Idempotency-Key", kKey}});
  ASSERT_EQ(made.status, 200);
  http::Response changed = Post("/v1/namespaces/ns/tables/new", kCommit);
  Lose(MetadataLocation(made));
  EXPECT_EQ(Post("/v1/namespaces/ns/tables", kNew, {{"Idempotency-Key", kKey}}).status, 200);
  Spoil(MetadataLocation(changed));
  http::Response again = Post("/v1/namespaces/ns/tables", kNew, {{"Idempotency-Key", kKey}});
  EXPECT_EQ(again.status, 500);
  EXPECT_EQ(again.error_type, "InternalServerError");
}

// A client that is told that its commit failed deletes the files of its snapshot.
TEST_F(CatalogHandlerTest, ACommitThatSucceededNeverFailsLater) {
  constexpr const char* kView =
      R"({"name":"v","schema":{"type":"struct","schema-id":0,)"
      R"("fields":[{"id":1,"name":"id","required":false,"type":"long"}]},"properties":{},)"
      R"("view-version":{"version-id":1,"timestamp-ms":1,"schema-id":0,"summary":{},)"
      R"("default-namespace":["ns"],)"
      R"("representations":[{"type":"sql","sql":"select 1","dialect":"spark"}]}})";
  ASSERT_EQ(Post("/v1/namespaces/ns/views", kView).status, 200);
  for (std::string target : {"/v1/namespaces/ns/tables/t", "/v1/namespaces/ns/views/v"}) {
    SCOPED_TRACE(target);
    const std::string key = Uuid::Random().ToString();
    auto commit = [&] { return Post(target, kCommit, {{"Idempotency-Key", key}}); };
    http::Response done = commit();
    ASSERT_EQ(done.status, 200) << BodyOf(done);
    constexpr const char* kNext =
        R"({"requirements":[],"updates":[{"action":"set-properties","updates":{"k":"w"}}]})";
    http::Response next = Post(target, kNext);
    Lose(MetadataLocation(done));
    EXPECT_EQ(commit().status, 200);
    Spoil(MetadataLocation(next));
    EXPECT_EQ(commit().error_type, "CommitStateUnknownException");
    Lose(MetadataLocation(next));
    EXPECT_EQ(commit().error_type, "CommitStateUnknownException");
    ASSERT_EQ(Send(Method::kDelete, target, "").status, 204);
    EXPECT_EQ(commit().error_type, "CommitStateUnknownException");
    EXPECT_EQ(commit().status, 500);
  }
}

TEST_F(CatalogHandlerTest, WarehousesAreMadeAndDroppedOnceUnderAKey) {
  http::Response made = Post("/management/v1/warehouses", kOther, {{"Idempotency-Key", kKey}});
  EXPECT_EQ(made.status, 200);
  http::Response again = Post("/management/v1/warehouses", kOther, {{"Idempotency-Key", kKey}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(BodyOf(again), BodyOf(made));
  EXPECT_EQ(Post("/management/v1/warehouses", kOther).status, 409);
  constexpr std::string_view kSecondKey = "0190b8a0-0000-7000-8000-000000000002";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Send(Method::kDelete, "/management/v1/warehouses/other", "",
                   {{"Idempotency-Key", kSecondKey}})
                  .status,
              204);
  }
  EXPECT_EQ(Send(Method::kDelete, "/management/v1/warehouses/other", "").status, 404);
}

/// As many warehouses as there may be.
class FullStore final : public store::testing::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::vector<store::WarehouseRecord>> ListWarehouses(MonotonicTime) override {
    std::vector<store::WarehouseRecord> all(service::WarehouseDirectory::kMaxWarehouses);
    for (size_t i = 0; i < all.size(); ++i) {
      all[i].name = "w" + std::to_string(i);
      all[i].location = "file:///w" + std::to_string(i);
      all[i].is_default = i == 0;
    }
    return all;
  }
};

TEST_F(CatalogHandlerTest, WarehousesHaveALimit) {
  FullStore full(*store_);
  int prepared = 0;
  service::WarehouseDirectory directory(full, [&](const std::string&) {
    ++prepared;
    return Status();
  });
  ASSERT_THAT(directory.Open("default", "file:///w", clock_.Now()), IsOk());
  EXPECT_THAT(directory.Create({}, {.name = "more", .location = "file:///more"}, clock_.Now()),
              IsError(ErrorCode::kConflict));
  EXPECT_THAT(directory.Create({}, {.name = "w7", .location = "file:///more"}, clock_.Now()),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(prepared, 0);
}

TEST_F(CatalogHandlerTest, AJobIsChangedOnceUnderAKey) {
  options_.purge_delay = std::chrono::hours(1);
  ASSERT_EQ(Send(Method::kDelete, "/v1/namespaces/ns/tables/t?purgeRequested=true", "").status,
            204);
  http::Response done = Post("/management/v1/jobs/1/cancel", "", {{"Idempotency-Key", kKey}});
  EXPECT_EQ(done.status, 200);
  EXPECT_THAT(BodyOf(done), HasSubstr(R"("state":"cancelled")"));
  http::Response again = Post("/management/v1/jobs/1/cancel", "", {{"Idempotency-Key", kKey}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(BodyOf(again), BodyOf(done));
  EXPECT_EQ(Post("/management/v1/jobs/1/cancel", "").status, 409);
  EXPECT_EQ(Post("/management/v1/jobs/1/retry", "", {{"Idempotency-Key", kKey}}).status, 422);
}

TEST_F(CatalogHandlerTest, TheKeyOfAMetricsReportIsHonoured) {
  constexpr const char* kReport =
      R"({"report-type":"commit-report","table-name":"ns.t","snapshot-id":1,"sequence-number":1,)"
      R"("operation":"append","metrics":{},"metadata":{}})";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(
        Post("/v1/namespaces/ns/tables/t/metrics", kReport, {{"Idempotency-Key", kKey}}).status,
        204);
  }
  EXPECT_EQ(Post("/v1/namespaces/ns/tables/t", kCommit, {{"Idempotency-Key", kKey}}).status, 422);
}

TEST_F(CatalogHandlerTest, WhatConcernsTheWholeServerNeedsNoDefaultWarehouse) {
  service::WarehouseDirectory none(*store_, [](const std::string&) { return Status(); });
  service::Environment environment{*store_, files_, clock_, cache_, locks_, options_, counters_};
  auto made = CatalogHandler::Make(environment, none, system_, {});
  ASSERT_THAT(made, IsOk());
  handler_ = *std::move(made);
  EXPECT_EQ(Send(Method::kGet, "/v1/namespaces", "").status, 404);
  EXPECT_EQ(Send(Method::kGet, "/v1/config", "").status, 200);
  EXPECT_EQ(Send(Method::kGet, "/management/v1/warehouses", "").status, 200);
  EXPECT_EQ(Send(Method::kGet, "/management/v1/jobs", "").status, 200);
  EXPECT_EQ(Post("/management/v1/warehouses", kOther).status, 200);
  http::Response config = Send(Method::kGet, "/v1/config?warehouse=other", "");
  EXPECT_THAT(BodyOf(config), HasSubstr(R"("prefix":"other")"));
  EXPECT_EQ(Send(Method::kDelete, "/management/v1/warehouses/other", "").status, 204);
}

/// Changes wait in it until the test lets them go.
class GatedStore final : public store::testing::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<store::MutationResult> Execute(const store::Mutation& mutation,
                                        const store::MutationContext& context) override {
    arrived.count_down();
    gate.wait();
    return ForwardingStore::Execute(mutation, context);
  }
  std::latch arrived{1};
  std::latch gate{1};
};

TEST_F(CatalogHandlerTest, WhoWaitsForItsKeyHoldsNoTurnOfLargeBodies) {
  GatedStore gated(*store_);
  service::Environment environment{gated, files_, clock_, cache_, locks_, options_, counters_};
  auto made = CatalogHandler::Make(environment, *warehouses_, system_, {});
  ASSERT_THAT(made, IsOk());
  handler_ = *std::move(made);
  const std::string large = std::string(LargeBodies::kMaxBytes - 1000, ' ');
  const char* create = R"({"namespace":["keyed"]})";
  std::jthread first([&] { Post("/v1/namespaces", create, {{"Idempotency-Key", kKey}}); });
  gated.arrived.wait();
  std::atomic<const testing::RecordedTurn*> waiting = nullptr;
  std::atomic<bool> done = false;
  std::jthread duplicate([&] {
    testing::RecordedTurn turn;
    waiting = &turn;
    http::Response response = Post("/v1/namespaces", create + large, {{"Idempotency-Key", kKey}});
    EXPECT_EQ(response.status, 422);  // another body
    while (!done) {
      std::this_thread::yield();
    }
  });
  while (waiting == nullptr || waiting.load()->computing()) {
    std::this_thread::yield();
  }
  http::testing::TestRequest other(Method::kPost, "/v1/namespaces", R"({"namespace":7})" + large,
                                   {});
  other.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(500));
  EXPECT_EQ(handler_->Handle(other.get()).status, 400);
  done = true;
  gated.gate.count_down();
}

TEST_F(CatalogHandlerTest, AReplayWorksOnItsBodyOnlyInItsTurn) {
  const std::string large(LargeBodies::kMaxBytes - 1000, ' ');
  const std::string create = R"({"name":"new","schema":{"type":"struct","fields":[]}})" + large;
  const char* tables = "/v1/namespaces/ns/tables";
  http::Response made = Post(tables, create, {{"Idempotency-Key", kKey}});
  ASSERT_EQ(made.status, 200);
  GatedStore gated(*store_);
  service::Environment environment{gated, files_, clock_, cache_, locks_, options_, counters_};
  auto handler = CatalogHandler::Make(environment, *warehouses_, system_, {});
  ASSERT_THAT(handler, IsOk());
  handler_ = *std::move(handler);
  std::jthread other([&] { Post("/v1/namespaces", R"({"namespace":["other"]})" + large); });
  gated.arrived.wait();  // it has the turn
  auto again = [&] {
    http::testing::TestRequest request(Method::kPost, tables, create, {{"Idempotency-Key", kKey}});
    request.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(500));
    return handler_->Handle(request.get()).status;
  };
  EXPECT_EQ(again(), 200);
  Lose(MetadataLocation(made));
  EXPECT_EQ(again(), 503);
  gated.gate.count_down();
}

}  // namespace
}  // namespace firn::rest
