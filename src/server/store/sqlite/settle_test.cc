// Every mutation when the database's reply to COMMIT is lost: it is settled by the attempt's id, or
// unknown, and in no case half done.
#include <chrono>
#include <functional>
#include <ostream>

#include "server/store/sql/testing/faulty_engine.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using sql::testing::CommitFault;

class SettleTest;

struct Case {
  const char* name;
  std::function<Mutation(SettleTest&)> mutation;
  /// Whether the mutation has taken effect.
  std::function<bool(SettleTest&)> done;

  friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};

class SettleTest : public ::testing::TestWithParam<Case> {
 public:
  CatalogStore& store() { return *store_; }
  WarehouseId warehouse() const { return warehouse_; }
  static TableIdentifier Table(std::string name) { return {{{"ns"}}, std::move(name)}; }
  static ObjectPointer Pointer(const std::string& file) {
    return {.metadata_location = file, .location = "/w/t", .uuid = "u", .format_version = 2};
  }
  ObjectRef Find(const std::string& name) {
    return store_->FindObject(warehouse_, Table(name), ObjectKind::kTable, kNoDeadline).value();
  }
  Properties PropertiesOf(const char* name) {
    auto found = store_->GetNamespace(warehouse_, {{name}}, kNoDeadline);
    return found.has_value() ? found->properties : Properties();
  }
  bool HasNamespace(const char* name) {
    return store_->GetNamespace(warehouse_, {{name}}, kNoDeadline).has_value();
  }
  size_t Warehouses() { return store_->ListWarehouses(kNoDeadline)->size(); }
  /// Whether a table of another name is kept out of the location.
  bool IsReserved(const std::string& location) {
    auto staged = Execute(StageTable{.identifier = Table("other"),
                                     .uuid = "u2",
                                     .location = location,
                                     .expires_at = TimestampMs(9'000)},
                          std::nullopt);
    return !staged.has_value() && staged.error().code() == ErrorCode::kInvalidArgument;
  }
  bool AttemptCommitted() {
    return *store_->ResolveAttempt(attempt_, kNoDeadline) == AttemptState::kCommitted;
  }

 protected:
  void SetUp() override {
    auto engine = OpenSqliteEngine({.path = folder_.path() + "/catalog.db"});
    ASSERT_THAT(engine, IsOk());
    auto store = sql::SqlCatalogStore::Make(
        std::make_unique<sql::testing::FaultyEngine>(*std::move(engine), faults_),
        {.clock = &clock_});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    auto made = Execute(CreateWarehouse{.name = "main", .location = "/w"}, std::nullopt);
    ASSERT_THAT(made, IsOk());
    warehouse_ = made->warehouse->id;
    ASSERT_THAT(Execute(CreateWarehouse{.name = "spare", .location = "/s"}, std::nullopt), IsOk());
    for (const char* name : {"ns", "empty"}) {
      ASSERT_THAT(Execute(CreateNamespace{{{name}}, {}}, std::nullopt), IsOk());
    }
    ASSERT_THAT(
        Execute(CommitObjects{{CreateObject{.identifier = Table("t"), .pointer = Pointer("one")}}},
                std::nullopt),
        IsOk());
  }

  Result<MutationResult> Execute(const Mutation& mutation,
                                 std::optional<Uuid> attempt,
                                 MonotonicTime deadline = kNoDeadline) {
    MutationContext context;
    context.warehouse = warehouse_;
    context.now = clock_.Now();
    context.deadline = deadline;
    context.attempt = attempt;
    if (attempt.has_value()) {
      context.idempotency = Key();
      context.outcome = {.http_status = 200, .reference = "kept"};
    }
    return store_->Execute(mutation, context);
  }
  IdempotencyKey Key() const {
    return {.key = "k",
            .principal = "p",
            .warehouse = warehouse_,
            .operation = "POST x",
            .body_hash = "h",
            .expires_at = TimestampMs(9'000)};
  }
  bool IsKept() { return store_->FindOutcome(Key(), kNoDeadline)->has_value(); }

  /// COMMIT fails; the database is back after a few more transactions, or, without them, never.
  void Fail(CommitFault fault, int64_t refusals) {
    faults_.refusals_left = refusals;
    faults_.fault = fault;
  }
  static MonotonicTime Soon() {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  }

  store::testing::TestFolder folder_;
  ManualClock clock_{TimestampMs(1)};
  sql::testing::FaultSwitch faults_;
  std::unique_ptr<CatalogStore> store_;
  WarehouseId warehouse_;
  Uuid attempt_ = Uuid::Random();
};

constexpr int64_t kRefusals = 3;
constexpr int64_t kForGood = -1;

TEST_P(SettleTest, AnAppliedChangeIsASuccessWithItsResult) {
  Mutation mutation = GetParam().mutation(*this);
  Fail(CommitFault::kAppliedThenDown, kRefusals);
  auto result = Execute(mutation, attempt_);
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(GetParam().done(*this));
  EXPECT_TRUE(IsKept());
  EXPECT_EQ(result->warehouse.has_value(), std::holds_alternative<CreateWarehouse>(mutation));
  EXPECT_EQ(result->name_space.has_value(), std::holds_alternative<CreateNamespace>(mutation));
  EXPECT_EQ(result->properties.has_value(),
            std::holds_alternative<UpdateNamespaceProperties>(mutation));
}

TEST_P(SettleTest, ALostChangeDidNothingAndMayBeRepeated) {
  Mutation mutation = GetParam().mutation(*this);
  Fail(CommitFault::kDown, kRefusals);
  EXPECT_THAT(Execute(mutation, attempt_), IsError(ErrorCode::kUnavailable));
  EXPECT_FALSE(IsKept());
  EXPECT_FALSE(AttemptCommitted());
  attempt_ = Uuid::Random();
  auto again = Execute(mutation, attempt_);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->replayed.has_value());
  EXPECT_TRUE(GetParam().done(*this));
}

TEST_P(SettleTest, WhatCannotBeToldIsUnknownAndKeepsNothing) {
  Mutation mutation = GetParam().mutation(*this);
  Fail(CommitFault::kDown, kForGood);
  EXPECT_THAT(Execute(mutation, attempt_, Soon()), IsError(ErrorCode::kCommitStateUnknown));
  faults_.fault = CommitFault::kNone;
  EXPECT_FALSE(IsKept());
  EXPECT_FALSE(AttemptCommitted());
}

TEST_P(SettleTest, WhatWasAppliedUntoldIsReplayedUnderItsKey) {
  Mutation mutation = GetParam().mutation(*this);
  Fail(CommitFault::kAppliedThenDown, kForGood);
  EXPECT_THAT(Execute(mutation, attempt_, Soon()), IsError(ErrorCode::kCommitStateUnknown));
  faults_.fault = CommitFault::kNone;
  EXPECT_TRUE(GetParam().done(*this));
  auto again = Execute(mutation, Uuid::Random());
  ASSERT_THAT(again, IsOk());
  ASSERT_TRUE(again->replayed.has_value());
  // Updating properties keeps its own result.
  bool own = std::holds_alternative<UpdateNamespaceProperties>(mutation);
  EXPECT_EQ(again->replayed->reference,
            own ? R"({"updated":["a"],"removed":[],"missing":[]})" : "kept");
}

std::vector<Case> Cases() {
  using T = SettleTest;
  return {
      {"create_warehouse",
       [](T&) { return CreateWarehouse{.name = "other", .location = "/other"}; },
       [](T& t) { return t.Warehouses() == 3; }},
      {"drop_warehouse", [](T&) { return DropWarehouse{"spare"}; },
       [](T& t) { return t.Warehouses() == 1; }},
      {"create_namespace", [](T&) { return CreateNamespace{{{"new"}}, {}}; },
       [](T& t) { return t.HasNamespace("new"); }},
      {"drop_namespace", [](T&) { return DropNamespace{{{"empty"}}}; },
       [](T& t) { return !t.HasNamespace("empty"); }},
      {"update_namespace",
       [](T&) {
         return UpdateNamespaceProperties{
             .path = {{"ns"}}, .updates = {{"a", "b"}}, .removals = {}};
       },
       [](T& t) { return t.PropertiesOf("ns") == Properties{{"a", "b"}}; }},
      {"create_table",
       [](T&) {
         ObjectPointer pointer = T::Pointer("new");
         pointer.location = "/w/new";
         pointer.uuid = "u3";
         return CommitObjects{{CreateObject{.identifier = T::Table("new"), .pointer = pointer}}};
       },
       [](T& t) { return t.Find("new") != nullptr; }},
      {"swap",
       [](T& t) {
         return CommitObjects{{SwapObject{.identifier = T::Table("t"),
                                          .id = t.Find("t")->id,
                                          .expected_version = 1,
                                          .pointer = T::Pointer("two")}}};
       },
       [](T& t) { return t.Find("t")->pointer.metadata_location == "two"; }},
      {"drop", [](T&) { return DropObject{.identifier = T::Table("t")}; },
       [](T& t) { return t.Find("t") == nullptr; }},
      {"purge",
       [](T&) {
         return DropObject{.identifier = T::Table("t"),
                           .purge = NewJob{.kind = "purge", .payload = "{}", .run_after = {}}};
       },
       [](T& t) {
         return t.Find("t") == nullptr &&
                t.store().ListJobs({.kind = "purge", .limit = 9}, kNoDeadline)->size() == 1;
       }},
      {"rename", [](T&) { return RenameObject{.from = T::Table("t"), .to = T::Table("r")}; },
       [](T& t) { return t.Find("t") == nullptr && t.Find("r") != nullptr; }},
      {"stage",
       [](T&) {
         return StageTable{.identifier = T::Table("s"),
                           .uuid = "u1",
                           .location = "/w/s",
                           .expires_at = TimestampMs(9'000)};
       },
       [](T& t) { return t.IsReserved("/w/s"); }},
      {"report",
       [](T&) {
         return SaveMetricsReport{
             .identifier = T::Table("t"), .report_type = "scan-report", .report = "{}"};
       },
       [](T& t) { return t.AttemptCommitted(); }},
  };
}

INSTANTIATE_TEST_SUITE_P(Mutations,
                         SettleTest,
                         ::testing::ValuesIn(Cases()),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace firn::store::sqlite
