// No two tables at overlapping locations: live, staged, purging.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class LocationSuite : public StoreTest {};

StageTable Staged(const TableIdentifier& name, std::string uuid, TimestampMs expires_at) {
  return {.identifier = name,
          .uuid = std::move(uuid),
          .location = "file:///w/staged",
          .expires_at = expires_at};
}

TEST_P(LocationSuite, EqualAboveAndBelowAreRefused) {
  ASSERT_THAT(CreateAt("ns.t", "file:///w/a/b"), IsOk());
  for (std::string_view location :
       {"file:///w/a/b", "/w/a/b/", "file:/w/a/b/c/d", "file:/w/a", "/w", "file:///"}) {
    EXPECT_THAT(CreateAt("ns.u", std::string(location)), IsError(ErrorCode::kInvalidArgument))
        << location;
  }
  for (std::string_view location : {"/w/a/b-1", "/w/a/bc", "/w/a/b0", "s3://w/a/b", "/w/a/a"}) {
    EXPECT_THAT(CreateAt("ns.u", std::string(location)), IsOk()) << location;
    EXPECT_THAT(Drop("ns.u"), IsOk());
  }
  EXPECT_THAT(CreateAt("ns.u", "/w/../x"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(Find("ns.u"), nullptr);
}

TEST_P(LocationSuite, AreFreeAfterADropAndTakenInOtherWarehousesToo) {
  auto second = Run(CreateWarehouse{.name = "second", .location = "file:///w2"});
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(CreateAt("ns.t", "/w/a"), IsOk());
  warehouse_ = second->warehouse->id;
  ASSERT_THAT(CreateNs("ns"), IsOk());
  EXPECT_THAT(CreateAt("ns.t", "/w/a/b"), IsError(ErrorCode::kInvalidArgument));
  warehouse_ = store_->ListWarehouses(kNoDeadline)->at(0).id;
  ASSERT_THAT(Drop("ns.t"), IsOk());
  warehouse_ = second->warehouse->id;
  EXPECT_THAT(CreateAt("ns.t", "/w/a/b"), IsOk());
}

TEST_P(LocationSuite, ViewsMayOverlap) {
  ASSERT_THAT(CreateAt("ns.t", "/w/a"), IsOk());
  for (std::string_view name : {"ns.v", "ns.w"}) {
    CreateObject view{.identifier = Name(name), .kind = ObjectKind::kView, .pointer = Pointer("a")};
    EXPECT_THAT(Run(CommitObjects{{view}}), IsOk());
  }
  EXPECT_THAT(CreateAt("ns.u", "/w/b"), IsOk());
}

TEST_P(LocationSuite, ASwapMayMoveATableToAFreePlace) {
  ASSERT_THAT(CreateAt("ns.t", "/w/a"), IsOk());
  ASSERT_THAT(CreateAt("ns.u", "/w/b"), IsOk());
  ObjectRef table = Find("ns.t");
  SwapObject swap{.identifier = Name("ns.t"),
                  .id = table->id,
                  .expected_version = 1,
                  .pointer = table->pointer};
  swap.pointer.location = "/w/b/below";
  EXPECT_THAT(Run(CommitObjects{{swap}}), IsError(ErrorCode::kInvalidArgument));
  swap.pointer.location = "/w/a/below";
  EXPECT_THAT(Run(CommitObjects{{swap}}), IsOk());
  swap.expected_version = 2;
  swap.pointer.location = "/w/c";
  EXPECT_THAT(Run(CommitObjects{{swap}}), IsOk());
  EXPECT_THAT(CreateAt("ns.x", "/w/a"), IsOk());
  EXPECT_THAT(CreateAt("ns.y", "/w/c"), IsError(ErrorCode::kInvalidArgument));
}

TEST_P(LocationSuite, StagedPlacesAreKeptForTheirNameUntilTheyExpire) {
  TimestampMs expires(clock_.Now().value() + 1000);
  ObjectPointer pointer = Pointer("staged");
  ASSERT_THAT(Run(Staged(Name("ns.t"), pointer.uuid, expires)), IsOk());
  EXPECT_EQ(Find("ns.t"), nullptr);
  EXPECT_THAT(CreateAt("ns.u", "/w/staged/x"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Run(Staged(Name("ns.u"), "other", expires)), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Run(Staged(Name("ns.t"), "retry", expires)), IsOk());
  ASSERT_THAT(Run(CommitObjects{{CreateObject{.identifier = Name("ns.t"), .pointer = pointer}}}),
              IsOk());
  ASSERT_THAT(Drop("ns.t"), IsOk());
  EXPECT_THAT(CreateAt("ns.u", "/w/staged"), IsError(ErrorCode::kInvalidArgument))
      << "the retry's reservation is still there";
  clock_.Advance(std::chrono::milliseconds(1000));
  EXPECT_THAT(CreateAt("ns.u", "/w/staged"), IsOk());
}

TEST_P(LocationSuite, StagingChecksTheName) {
  TimestampMs expires(clock_.Now().value() + 1000);
  ASSERT_THAT(Create("ns.t"), IsOk());
  EXPECT_EQ(MessageOf(Run(Staged(Name("ns.t"), "u", expires))), "Table already exists: ns.t");
  EXPECT_EQ(MessageOf(Run(Staged(Name("none.t"), "u", expires))), "Namespace does not exist: none");
}

TEST_P(LocationSuite, PurgingPlacesAreKeptUntilTheJobIsDone) {
  ASSERT_THAT(CreateAt("ns.t", "/w/a"), IsOk());
  TimestampMs now = clock_.Now();
  ASSERT_THAT(Run(DropObject{.identifier = Name("ns.t"),
                             .purge = NewJob{.kind = "purge", .payload = "{}", .run_after = now}}),
              IsOk());
  EXPECT_THAT(CreateAt("ns.u", "/w/a/b"), IsError(ErrorCode::kInvalidArgument));
  auto job = store_->ClaimJob("worker", now, TimestampMs(now.value() + 1000));
  ASSERT_THAT(job, IsOk());
  ASSERT_TRUE(job->has_value());
  ASSERT_THAT(store_->FinishJob(**job, "", std::nullopt), IsOk());
  EXPECT_THAT(CreateAt("ns.u", "/w/a/b"), IsOk());
}

TEST_P(LocationSuite, ReferencesAreFoundByUuidAndPlace) {
  ASSERT_THAT(CreateAt("ns.t", "/w/a/b"), IsOk());
  ObjectRef table = Find("ns.t");
  for (std::string_view location : {"/w/a", "/w/a/b", "/w/a/b/c"}) {
    auto found = store_->FindReferencing("none", location, kNoDeadline);
    ASSERT_THAT(found, IsOkAnd(SizeIs(1))) << location;
    EXPECT_EQ(found->at(0).id, table->id);
  }
  EXPECT_THAT(store_->FindReferencing(table->pointer.uuid, "/w/a/b", kNoDeadline),
              IsOkAnd(SizeIs(1)));
  EXPECT_THAT(store_->FindReferencing(table->pointer.uuid, "/x", kNoDeadline), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(store_->FindReferencing("none", "/w/a/bc", kNoDeadline), IsOkAnd(IsEmpty()));
}

TEST_P(LocationSuite, ReferencesAreFoundByMetadataFileAndForViewsToo) {
  ObjectPointer apart = Pointer("t");
  apart.metadata_location = "file:/meta/shared/00001.json";
  CreateObject view{.identifier = Name("ns.v"), .kind = ObjectKind::kView, .pointer = Pointer("v")};
  ASSERT_THAT(
      Run(CommitObjects{{CreateObject{.identifier = Name("ns.t"), .pointer = apart}, view}}),
      IsOk());
  auto names_at = [&](std::string_view location) {
    std::vector<std::string> names;
    auto found = store_->FindReferencing("", location, kNoDeadline);
    EXPECT_THAT(found, IsOk()) << location;
    for (const ObjectRecord& object : *found) {
      names.push_back(object.name);
    }
    return names;
  };
  for (std::string_view location : {"/meta", "file:///meta/shared", "/meta/shared/00001.json"}) {
    EXPECT_THAT(names_at(location), ::testing::ElementsAre("t")) << location;
  }
  EXPECT_THAT(names_at("/meta/shared/00001.jso"), IsEmpty());
  EXPECT_THAT(names_at("/meta/shared-1"), IsEmpty());
  EXPECT_THAT(names_at("/w/v/metadata/00000.json"), ::testing::ElementsAre("v"));
  // A swap brings the file home.
  SwapObject swap{
      .identifier = Name("ns.t"), .id = Find("ns.t")->id, .expected_version = 1, .pointer = apart};
  swap.pointer.metadata_location = "/w/t/metadata/00002.json";
  ASSERT_THAT(Run(CommitObjects{{swap}}), IsOk());
  EXPECT_THAT(names_at("/meta"), IsEmpty());
  EXPECT_THAT(store_->FindReferencing("", "hdfs://nn/x", kNoDeadline),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_P(LocationSuite, NobodysUuidIsNotEverybodys) {
  ObjectPointer nameless = Pointer("t");
  nameless.uuid.clear();
  ASSERT_THAT(Run(CommitObjects{{CreateObject{.identifier = Name("ns.t"), .pointer = nameless}}}),
              IsOk());
  EXPECT_THAT(store_->FindReferencing("", "/elsewhere", kNoDeadline), IsOkAnd(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(Stores, LocationSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
