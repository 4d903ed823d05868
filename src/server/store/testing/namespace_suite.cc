// Warehouses and namespaces.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class NamespaceSuite : public StoreTest {};

TEST_P(NamespaceSuite, WarehousesAreListedAndUnique) {
  EXPECT_THAT(Run(CreateWarehouse{.name = "main", .location = "file:///other"}),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(Run(CreateWarehouse{.name = "other", .location = "/w/"}),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(Run(CreateWarehouse{.name = "bad", .location = "/w/../x"}),
              IsError(ErrorCode::kInvalidArgument));
  ASSERT_THAT(Run(CreateWarehouse{.name = "second",
                                  .location = "s3://bucket/",
                                  .properties = {{"k", "v\"\n"}},
                                  .is_default = true}),
              IsOk());
  auto warehouses = store_->ListWarehouses(kNoDeadline);
  ASSERT_THAT(warehouses, IsOkAnd(SizeIs(2)));
  EXPECT_EQ(warehouses->at(0).name, "main");
  EXPECT_EQ(warehouses->at(0).location, "file:///w");
  EXPECT_FALSE(warehouses->at(0).is_default);
  EXPECT_EQ(warehouses->at(1).location, "s3://bucket");
  EXPECT_THAT(warehouses->at(1).properties, ElementsAre(Pair("k", "v\"\n")));
  EXPECT_TRUE(warehouses->at(1).is_default);
}

TEST_P(NamespaceSuite, WarehousesAreDroppedWhenEmpty) {
  EXPECT_THAT(Run(DropWarehouse{"main"}), IsError(ErrorCode::kNamespaceNotEmpty));
  EXPECT_THAT(Run(DropWarehouse{"none"}), IsError(ErrorCode::kNoSuchWarehouse));
  ASSERT_THAT(DropNs("ns"), IsOk());
  EXPECT_THAT(Run(DropWarehouse{"main"}), IsOk());
  EXPECT_THAT(store_->ListWarehouses(kNoDeadline), IsOkAnd(IsEmpty()));
  auto again = Run(CreateWarehouse{.name = "main", .location = "file:///w"});
  ASSERT_THAT(again, IsOk());
  EXPECT_NE(again->warehouse->id, warehouse_);
}

TEST_P(NamespaceSuite, AreCreatedLoadedAndDropped) {
  ASSERT_THAT(CreateNs("a", {{"owner", "me"}}), IsOk());
  auto loaded = store_->GetNamespace(warehouse_, Path("a"), kNoDeadline);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->path, Path("a"));
  EXPECT_THAT(loaded->properties, ElementsAre(Pair("owner", "me")));
  EXPECT_EQ(MessageOf(CreateNs("a")), "Namespace already exists: a");
  EXPECT_THAT(DropNs("a"), IsOk());
  EXPECT_EQ(MessageOf(store_->GetNamespace(warehouse_, Path("a"), kNoDeadline)),
            "Namespace does not exist: a");
  EXPECT_EQ(MessageOf(DropNs("a")), "Namespace does not exist: a");
}

TEST_P(NamespaceSuite, NamesGenerationFollowsNames) {
  auto before = store_->NamesGeneration();
  if (!before) {
    GTEST_SKIP() << "others write to this database";
  }
  auto changed = [&] {
    auto last = before;
    before = store_->NamesGeneration();
    return before != last;
  };
  ASSERT_THAT(CreateNs("a", {{"owner", "me"}}), IsOk());
  EXPECT_TRUE(changed());
  ASSERT_THAT(Create("a.t"), IsOk());
  EXPECT_TRUE(changed());
  ASSERT_THAT(Drop("a.t"), IsOk());
  EXPECT_TRUE(changed());
  EXPECT_THAT(DropNs("none"), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_FALSE(changed());
  ASSERT_THAT(DropNs("a"), IsOk());
  EXPECT_TRUE(changed());
}

TEST_P(NamespaceSuite, NestAndKeepTheirParents) {
  EXPECT_EQ(MessageOf(CreateNs("a.b")), "Namespace does not exist: a");
  ASSERT_THAT(CreateNs("a"), IsOk());
  ASSERT_THAT(CreateNs("a.b"), IsOk());
  ASSERT_THAT(CreateNs("a.b.c"), IsOk());
  EXPECT_EQ(MessageOf(DropNs("a.b")), "Namespace a.b is not empty");
  ASSERT_THAT(Create("a.b.c.t"), IsOk());
  EXPECT_EQ(MessageOf(DropNs("a.b.c")), "Namespace a.b.c is not empty");
  ASSERT_THAT(Drop("a.b.c.t"), IsOk());
  EXPECT_THAT(DropNs("a.b.c"), IsOk());
  EXPECT_THAT(DropNs("a.b"), IsOk());
}

TEST_P(NamespaceSuite, LevelsMayHoldAnything) {
  std::vector<NamespacePath> paths = {{{"a.b"}},
                                      {{"a/b"}},
                                      {{"a\x1f"
                                        "b"}},
                                      {{"."}},
                                      {{"\xc3\xa9 \\"}}};
  for (const NamespacePath& path : paths) {
    ASSERT_THAT(Run(CreateNamespace{.path = path}), IsOk());
    EXPECT_THAT(store_->GetNamespace(warehouse_, path, kNoDeadline), IsOk());
  }
  ASSERT_THAT(CreateNs("a"), IsOk());
  EXPECT_THAT(store_->GetNamespace(warehouse_, Path("a.b"), kNoDeadline),
              IsError(ErrorCode::kNoSuchNamespace));
  auto top = store_->ListNamespaces(warehouse_, {}, {}, kNoDeadline);
  ASSERT_THAT(top, IsOk());
  EXPECT_THAT(top->items, ElementsAre(".", "a",
                                      "a\x1f"
                                      "b",
                                      "a.b", "a/b", "ns", "\xc3\xa9 \\"));
}

TEST_P(NamespaceSuite, TheEmptyNamespaceExistsOnceCreated) {
  EXPECT_THAT(store_->GetNamespace(warehouse_, {}, kNoDeadline),
              IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(DropNs(""), IsError(ErrorCode::kNoSuchNamespace));
  ASSERT_THAT(CreateNs(""), IsOk());
  EXPECT_THAT(CreateNs(""), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(store_->GetNamespace(warehouse_, {}, kNoDeadline), IsOk());
  EXPECT_THAT(store_->ListNamespaces(warehouse_, {}, {}, kNoDeadline)->items, ElementsAre("ns"));
  TableIdentifier name{{}, "t"};
  ASSERT_THAT(Run(CommitObjects{{CreateObject{.identifier = name, .pointer = Pointer("t")}}}),
              IsOk());
  EXPECT_THAT(DropNs(""), IsError(ErrorCode::kNamespaceNotEmpty));
  ASSERT_THAT(Run(DropObject{.identifier = name}), IsOk());
  EXPECT_THAT(DropNs(""), IsOk());
}

TEST_P(NamespaceSuite, PropertiesAreUpdatedAndRemoved) {
  ASSERT_THAT(CreateNs("a", {{"x", "1"}, {"y", "2"}}), IsOk());
  auto result = Run(UpdateNamespaceProperties{
      .path = Path("a"), .updates = {{"y", "3"}, {"z", "4"}}, .removals = {"x", "none"}});
  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(result->properties->updated, ElementsAre("y", "z"));
  EXPECT_THAT(result->properties->removed, ElementsAre("x"));
  EXPECT_THAT(result->properties->missing, ElementsAre("none"));
  EXPECT_THAT(store_->GetNamespace(warehouse_, Path("a"), kNoDeadline)->properties,
              ElementsAre(Pair("y", "3"), Pair("z", "4")));
  EXPECT_THAT(Run(UpdateNamespaceProperties{.path = Path("none")}),
              IsError(ErrorCode::kNoSuchNamespace));
}

TEST_P(NamespaceSuite, PropertiesHaveALimit) {
  std::string half(kMaxNamespacePropertiesBytes / 2, 'v');
  EXPECT_THAT(CreateNs("a", {{"x", half + half}}), IsError(ErrorCode::kInvalidArgument));
  ASSERT_THAT(CreateNs("a", {{"x", half}}), IsOk());
  EXPECT_THAT(Run(UpdateNamespaceProperties{.path = Path("a"), .updates = {{"y", half}}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(store_->GetNamespace(warehouse_, Path("a"), kNoDeadline)->properties.size(), 1);
}

TEST_P(NamespaceSuite, ListingGoesPageByPage) {
  for (std::string_view name : {"a", "a.c", "a.b", "a.a", "a.a.x", "a.d"}) {
    ASSERT_THAT(CreateNs(name), IsOk());
  }
  auto page = store_->ListNamespaces(warehouse_, Path("a"), {.after = std::nullopt, .limit = 2},
                                     kNoDeadline);
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->items, ElementsAre("a", "b"));
  EXPECT_TRUE(page->has_more);
  page = store_->ListNamespaces(warehouse_, Path("a"), {.after = "b", .limit = 2}, kNoDeadline);
  EXPECT_THAT(page->items, ElementsAre("c", "d"));
  EXPECT_FALSE(page->has_more);
  EXPECT_EQ(MessageOf(store_->ListNamespaces(warehouse_, Path("none"), {}, kNoDeadline)),
            "Namespace does not exist: none");
}

TEST_P(NamespaceSuite, WarehousesAreApart) {
  auto second = Run(CreateWarehouse{.name = "second", .location = "file:///w2"});
  ASSERT_THAT(second, IsOk());
  WarehouseId other = second->warehouse->id;
  EXPECT_THAT(store_->GetNamespace(other, Path("ns"), kNoDeadline),
              IsError(ErrorCode::kNoSuchNamespace));
  MutationContext context = Context();
  context.warehouse = other;
  EXPECT_THAT(store_->Execute(CreateNamespace{.path = Path("ns")}, context), IsOk());
  EXPECT_THAT(store_->ListEvents(other, 0, 10, kNoDeadline), IsOkAnd(SizeIs(1)));
  auto counts = store_->CountEntities(kNoDeadline);
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->warehouses, 2);
  EXPECT_EQ(counts->namespaces, 2);
}

INSTANTIATE_TEST_SUITE_P(Stores, NamespaceSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
