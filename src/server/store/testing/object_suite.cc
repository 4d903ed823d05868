// Tables and views: names, pointers, drops, renames, listings.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class ObjectSuite : public StoreTest {};
constexpr auto kView = ObjectKind::kView;

TEST_P(ObjectSuite, AreCreatedAndFound) {
  ObjectPointer pointer = Pointer("t");
  pointer.last_sequence_number = 7;
  auto created = Run(CommitObjects{{CreateObject{.identifier = Name("ns.t"), .pointer = pointer}}});
  ASSERT_THAT(created, IsOk());
  ASSERT_THAT(created->objects, SizeIs(1));
  Reopen();
  EXPECT_EQ(store_->FindCachedObject(warehouse_, Name("ns.t"), ObjectKind::kTable), nullptr);
  ObjectRef found = Find("ns.t");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->pointer, pointer);
  EXPECT_EQ(found->version, 1);
  EXPECT_EQ(found->id, created->objects[0].id);
  EXPECT_EQ(store_->FindCachedObject(warehouse_, Name("ns.t"), ObjectKind::kTable), found);
  EXPECT_EQ(Find("ns.t", kView), nullptr);
  EXPECT_EQ(Find("ns.none"), nullptr);
  EXPECT_EQ(Find("none.t"), nullptr);
}

TEST_P(ObjectSuite, TablesAndViewsShareOneNameSpace) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  ASSERT_THAT(Create("ns.v", kView), IsOk());
  EXPECT_EQ(MessageOf(Create("ns.t")), "Table already exists: ns.t");
  EXPECT_EQ(MessageOf(Create("ns.v", kView)), "View already exists: ns.v");
  EXPECT_EQ(MessageOf(Create("ns.v")), "View with same name already exists: ns.v");
  EXPECT_EQ(MessageOf(Create("ns.t", kView)), "Table with same name already exists: ns.t");
  EXPECT_THAT(Create("ns.t"), IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(MessageOf(Create("none.t")), "Namespace does not exist: none");
  EXPECT_THAT(Names("ns"), ElementsAre("t"));
  EXPECT_THAT(Names("ns", kView), ElementsAre("v"));
}

TEST_P(ObjectSuite, SwapsCompareTheVersion) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  auto swapped = Swap("ns.t", 1, "one");
  ASSERT_THAT(swapped, IsOk());
  EXPECT_EQ(swapped->objects[0].version, 2);
  EXPECT_THAT(Swap("ns.t", 1, "two"), IsError(ErrorCode::kLostRace));
  EXPECT_TRUE(Find("ns.t")->pointer.metadata_location.ends_with("/one"));
  EXPECT_EQ(Find("ns.t")->pointer.last_sequence_number, 1);
  EXPECT_THAT(Swap("ns.t", 2, "three"), IsOk());
}

TEST_P(ObjectSuite, ASwapOfAnObjectThatIsGoneConflicts) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  ObjectRef old = Find("ns.t");
  SwapObject swap{
      .identifier = Name("ns.t"), .id = old->id, .expected_version = 1, .pointer = old->pointer};
  ASSERT_THAT(Rename("ns.t", "ns.u"), IsOk());
  EXPECT_THAT(Run(CommitObjects{{swap}}), IsError(ErrorCode::kLostRace));
  ASSERT_THAT(Drop("ns.u"), IsOk());
  EXPECT_THAT(Run(CommitObjects{{swap}}), IsError(ErrorCode::kLostRace));
  ASSERT_THAT(Create("ns.t"), IsOk());
  EXPECT_NE(Find("ns.t")->id, old->id);
  EXPECT_THAT(Run(CommitObjects{{swap}}), IsError(ErrorCode::kLostRace));
}

TEST_P(ObjectSuite, SeveralChangesCommitTogetherOrNotAtAll) {
  ASSERT_THAT(Create("ns.a"), IsOk());
  ASSERT_THAT(Create("ns.b"), IsOk());
  auto swap = [&](std::string_view name, int64_t version) {
    ObjectRef object = Find(name);
    ObjectPointer pointer = object->pointer;
    pointer.metadata_location += ".next";
    return SwapObject{.identifier = Name(name),
                      .id = object->id,
                      .expected_version = version,
                      .pointer = pointer};
  };
  int64_t before = Events().back().sequence;
  EXPECT_THAT(Run(CommitObjects{{swap("ns.a", 1),
                                 CreateObject{.identifier = Name("ns.c"), .pointer = Pointer("c")},
                                 swap("ns.b", 9)}}),
              IsError(ErrorCode::kLostRace));
  EXPECT_EQ(Find("ns.a")->version, 1);
  EXPECT_EQ(Find("ns.c"), nullptr);
  EXPECT_EQ(Events().back().sequence, before);

  auto done = Run(CommitObjects{{swap("ns.a", 1),
                                 CreateObject{.identifier = Name("ns.c"), .pointer = Pointer("c")},
                                 swap("ns.b", 1)}});
  ASSERT_THAT(done, IsOk());
  ASSERT_THAT(done->objects, SizeIs(3));
  EXPECT_EQ(done->objects[2].version, 2);
  auto events = Events(before);
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[0].transaction_id, events[2].transaction_id);
}

TEST_P(ObjectSuite, AreDropped) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  ObjectRef table = Find("ns.t");
  EXPECT_EQ(MessageOf(Drop("ns.t", kView)), "View does not exist: ns.t");
  EXPECT_EQ(MessageOf(Drop("ns.x")), "Table does not exist: ns.x");
  EXPECT_THAT(Run(DropObject{.identifier = Name("ns.t"), .expected_version = 5}),
              IsError(ErrorCode::kLostRace));
  auto dropped = Run(DropObject{.identifier = Name("ns.t"), .expected_version = 1});
  ASSERT_THAT(dropped, IsOk());
  EXPECT_EQ(dropped->objects.at(0).pointer, table->pointer);
  EXPECT_EQ(store_->FindCachedObject(warehouse_, Name("ns.t"), ObjectKind::kTable), nullptr);
  EXPECT_EQ(Find("ns.t"), nullptr);
  EXPECT_EQ(MessageOf(Drop("ns.t")), "Table does not exist: ns.t");
}

TEST_P(ObjectSuite, AreRenamedAcrossNamespaces) {
  ASSERT_THAT(CreateNs("other"), IsOk());
  ASSERT_THAT(Create("ns.t"), IsOk());
  ObjectRef before = Find("ns.t");
  ASSERT_THAT(Rename("ns.t", "other.u"), IsOk());
  EXPECT_EQ(Find("ns.t"), nullptr);
  ObjectRef after = Find("other.u");
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->id, before->id);
  EXPECT_EQ(after->version, before->version);
  EXPECT_EQ(after->pointer, before->pointer);
  EXPECT_EQ(after->name, "u");
  EXPECT_THAT(DropNs("ns"), IsOk());
  EXPECT_THAT(DropNs("other"), IsError(ErrorCode::kNamespaceNotEmpty));
  EXPECT_THAT(Rename("other.u", "other.u"), IsOk());
}

TEST_P(ObjectSuite, RenamesSayWhatStandsInTheWay) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  ASSERT_THAT(Create("ns.t2"), IsOk());
  ASSERT_THAT(Create("ns.v", kView), IsOk());
  EXPECT_EQ(MessageOf(Rename("ns.t", "ns.t2")),
            "Cannot rename ns.t to ns.t2. Table already exists");
  EXPECT_EQ(MessageOf(Rename("ns.t", "ns.v")), "Cannot rename ns.t to ns.v. View already exists");
  EXPECT_EQ(MessageOf(Rename("ns.v", "ns.t", kView)),
            "Cannot rename ns.v to ns.t. Table already exists");
  EXPECT_EQ(MessageOf(Rename("ns.t", "none.t")), "Namespace does not exist: none");
  EXPECT_EQ(MessageOf(Rename("ns.x", "ns.y")), "Table does not exist: ns.x");
  EXPECT_EQ(MessageOf(Rename("ns.t", "ns.y", kView)), "View does not exist: ns.t");
  EXPECT_EQ(MessageOf(Rename("ns.x", "ns.x")), "Table does not exist: ns.x");
}

TEST_P(ObjectSuite, ListingGoesPageByPage) {
  for (std::string_view name : {"ns.b", "ns.a", "ns.B", "ns.d", "ns.c"}) {
    ASSERT_THAT(Create(name), IsOk());
  }
  ASSERT_THAT(Create("ns.bb", kView), IsOk());
  auto list = [&](const PageRequest& page) {
    return store_->ListObjects(warehouse_, Path("ns"), ObjectKind::kTable, page);
  };
  auto page = list({.after = std::nullopt, .limit = 3});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->items, ElementsAre("B", "a", "b"));
  EXPECT_TRUE(page->has_more);
  ASSERT_THAT(Drop("ns.b"), IsOk());
  page = list({.after = "b", .limit = 2});
  EXPECT_THAT(page->items, ElementsAre("c", "d"));
  EXPECT_FALSE(page->has_more);
  EXPECT_THAT(store_->ListObjects(warehouse_, Path("none"), kView, {}),
              IsError(ErrorCode::kNoSuchNamespace));
}

TEST_P(ObjectSuite, ReportsNeedTheirTable) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  EXPECT_THAT(Run(SaveMetricsReport{Name("ns.t"), "scan-report", "{}"}), IsOk());
  EXPECT_EQ(MessageOf(Run(SaveMetricsReport{Name("ns.x"), "scan-report", "{}"})),
            "Table does not exist: ns.x");
}

TEST_P(ObjectSuite, EverythingIsThereAfterARestart) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  ASSERT_THAT(Create("ns.v", kView), IsOk());
  ASSERT_THAT(Swap("ns.t", 1, "next"), IsOk());
  auto events = Events();
  Reopen();
  EXPECT_EQ(Find("ns.t")->version, 2);
  EXPECT_NE(Find("ns.v", kView), nullptr);
  EXPECT_EQ(Events().size(), events.size());
  EXPECT_THAT(store_->Ping(), IsOk());
  auto counts = store_->CountEntities();
  EXPECT_EQ(counts->tables, 1);
  EXPECT_EQ(counts->views, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, ObjectSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
