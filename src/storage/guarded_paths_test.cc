// What the server keeps to itself: no call reaches it, and what is open below it stays open,
// through whatever links either is named.
#include "storage/guarded_paths.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/matchers.h"
#include "storage/local_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::TestFolder;
namespace fs = std::filesystem;

class GuardedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_.path() / "d/warehouse");
    fs::create_directories(folder_.path() / "side");
    for (const char* name : {"d/firn.db", "d/firn.lock", "side/x.db", "side/x.dbx"}) {
      std::ofstream(folder_.At(name)) << "precious";
    }
    fs::create_symlink("d", folder_.path() / "link");
    fs::create_symlink("d/firn.db", folder_.path() / "file");
    fs::create_symlink("../d", folder_.path() / "side/up");
  }
  LocalStoreOptions Options(std::optional<std::vector<std::string>> roots) const {
    return {.roots = std::move(roots),
            .guarded = {{folder_.At("d"), {folder_.At("d/warehouse")}},
                        {folder_.At("side/x.db"), {}},
                        {folder_.At("side/x.db-wal"), {}}},
            .sync = true};
  }

  TestFolder folder_;
};

TEST_F(GuardedTest, NoCallReachesTheServersFiles) {
  using Roots = std::optional<std::vector<std::string>>;
  for (const auto& roots : {Roots(std::vector{folder_.path().string()}), Roots()}) {
    auto store = LocalObjectStore::Make(Options(roots)).value();
    for (std::string_view name :
         {"d/firn.db", "d/firn.lock", "link/firn.db", "side/up/firn.db", "d/firn.db-wal",
          "d/warehouses", "side/x.db", "side/x.db-wal", "side/x.db-wal/a"}) {
      std::string location = folder_.At(name);
      EXPECT_THAT(store->Write(location, "x", WriteMode::kOverwrite),
                  IsError(ErrorCode::kForbidden))
          << name;
      EXPECT_THAT(store->EnsureDirectory(location + "/y"), IsError(ErrorCode::kForbidden)) << name;
      EXPECT_THAT(store->Delete(location), IsError(ErrorCode::kForbidden)) << name;
      if (fs::exists(location)) {
        EXPECT_THAT(store->Read(location, 100), IsError(ErrorCode::kForbidden)) << name;
        EXPECT_THAT(store->ReadRange(location, 0, 1), IsError(ErrorCode::kForbidden)) << name;
        EXPECT_THAT(store->OpenLocal(location), IsError(ErrorCode::kForbidden)) << name;
        EXPECT_THAT(store->Stat(location), IsError(ErrorCode::kForbidden)) << name;
      }
    }
    EXPECT_THAT(store->Write(folder_.At("link/new/a"), "x", WriteMode::kCreateNew),
                IsError(ErrorCode::kForbidden));
    EXPECT_THAT(store->Read(folder_.At("file"), 100), IsError(ErrorCode::kForbidden));
    EXPECT_THAT(store->Stat(folder_.At("file")), IsError(ErrorCode::kForbidden));
    EXPECT_FALSE(fs::exists(folder_.At("d/firn.db-wal")));
    EXPECT_FALSE(fs::exists(folder_.At("d/new")));
    EXPECT_FALSE(fs::exists(folder_.At("side/x.db-wal")));
    EXPECT_THAT(store->Read(folder_.At("side/x.dbx"), 100), IsOkAnd("precious"));
  }
}

TEST_F(GuardedTest, TheOpenFolderBelowIsServed) {
  fs::remove_all(folder_.path() / "d/warehouse");
  auto store = LocalObjectStore::Make(Options(std::vector{folder_.path().string()})).value();
  EXPECT_THAT(store->Write(folder_.At("d/warehouse/t/a"), "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store->Read(folder_.At("link/warehouse/t/a"), 10), IsOkAnd("x"));
  auto page = store->List(folder_.path().string(), {});
  ASSERT_THAT(page, IsOk());
  for (const ListedFile& file : page->files) {
    EXPECT_THAT(file.location, ::testing::Not(::testing::HasSubstr("firn.")));
  }
}

TEST_F(GuardedTest, IsNoRootAndNothingIsMade) {
  auto store = LocalObjectStore::Make(Options(std::vector{folder_.At("d/warehouse")})).value();
  for (std::string_view name : {"d", "d/firn.db-journal", "d/other", "d/firn.db", "link/other",
                                "side/x.db-wal", "side/x.db/a"}) {
    EXPECT_THAT(store->AddRoot(folder_.At(name)), IsError(ErrorCode::kInvalidArgument)) << name;
  }
  EXPECT_FALSE(fs::exists(folder_.At("d/firn.db-journal")));
  EXPECT_FALSE(fs::exists(folder_.At("d/other")));
  EXPECT_FALSE(fs::exists(folder_.At("side/x.db-wal")));
  EXPECT_THAT(store->AddRoot(folder_.At("d/warehouse/sub")), IsOk());
  EXPECT_THAT(store->AddRoot(folder_.At("side/fine")), IsOk());
}

/// A server's data folder with a warehouse in it, and links to both.
class LinkedTest : public ::testing::Test {
 protected:
  /// A store that guards `data` but for `open` in it, whose only root is `open`.
  Result<std::unique_ptr<LocalObjectStore>> Open(std::string_view data, std::string_view open) {
    auto store = LocalObjectStore::Make({.roots = std::vector<std::string>(),
                                         .guarded = {{folder_.At(data), {folder_.At(open)}}},
                                         .sync = true})
                     .value();
    RETURN_IF_ERROR(store->AddRoot(folder_.At(open)));
    return store;
  }

  void ExpectServed(LocalObjectStore& store, std::string_view file) {
    std::string location = folder_.At(file);
    EXPECT_THAT(store.Write(location, "x", WriteMode::kCreateNew), IsOk());
    EXPECT_THAT(store.Read(location, 10), IsOkAnd("x"));
    EXPECT_THAT(store.Stat(location), IsOk());
    EXPECT_THAT(store.Delete(location), IsOk());
  }

  TestFolder folder_;
};

TEST_F(LinkedTest, TheFolderIsALink) {
  fs::create_directories(folder_.path() / "real");
  fs::create_directory_symlink("real", folder_.path() / "link");
  std::ofstream(folder_.At("real/firn.db")) << "precious";
  auto store = Open("link", "link/warehouse");
  ASSERT_THAT(store, IsOk());
  ExpectServed(**store, "link/warehouse/t/a");
  for (std::string_view name : {"link/firn.db", "real/firn.db", "link", "real", "link/other"}) {
    EXPECT_THAT((*store)->AddRoot(folder_.At(name)), IsError(ErrorCode::kInvalidArgument)) << name;
  }
  ASSERT_THAT((*store)->AddRoot(folder_.At("real/warehouse")), IsOk());
  ExpectServed(**store, "real/warehouse/t/a");
}

TEST_F(LinkedTest, TheFolderLiesBelowALink) {
  fs::create_directories(folder_.path() / "real/data");
  fs::create_directory_symlink("real", folder_.path() / "link");
  auto store = Open("link/data", "link/data/warehouse");
  ASSERT_THAT(store, IsOk());
  ExpectServed(**store, "link/data/warehouse/t/a");
  EXPECT_THAT((*store)->AddRoot(folder_.At("real/data/x")), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(LinkedTest, WhatIsOpenIsALinkThatLeadsElsewhere) {
  fs::create_directories(folder_.path() / "data");
  fs::create_directories(folder_.path() / "elsewhere");
  fs::create_directory_symlink("../elsewhere", folder_.path() / "data/warehouse");
  auto store = Open("data", "data/warehouse");
  ASSERT_THAT(store, IsOk());
  ExpectServed(**store, "data/warehouse/t/a");
  EXPECT_THAT((*store)->AddRoot(folder_.At("data/x")), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(LinkedTest, WhatIsOpenIsALinkToAFolderBesideIt) {
  fs::create_directories(folder_.path() / "data/real");
  fs::create_directory_symlink("real", folder_.path() / "data/warehouse");
  auto store = Open("data", "data/warehouse");
  ASSERT_THAT(store, IsOk());
  ExpectServed(**store, "data/warehouse/t/a");
  EXPECT_THAT((*store)->AddRoot(folder_.At("data/x")), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(LinkedTest, ALinkToTheGuardedFolderItselfOpensNothing) {
  fs::create_directories(folder_.path() / "data");
  fs::create_directory_symlink(".", folder_.path() / "data/warehouse");
  EXPECT_THAT(Open("data", "data/warehouse"), IsError(ErrorCode::kInvalidArgument));
  fs::remove(folder_.path() / "data/warehouse");
  fs::create_directory_symlink("..", folder_.path() / "data/warehouse");
  std::ofstream(folder_.At("data/firn.db")) << "precious";
  auto store = Open("data", "data/warehouse");
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->Read(folder_.At("data/warehouse/data/firn.db"), 100),
              IsError(ErrorCode::kForbidden));
}

TEST_F(LinkedTest, WhatIsOpenMayLieDeepAndItsFoldersAreMade) {
  fs::create_directories(folder_.path() / "data");
  auto store = Open("data", "data/a/b/c");
  ASSERT_THAT(store, IsOk());
  ExpectServed(**store, "data/a/b/c/t/a");
  for (std::string_view name : {"data/a", "data/a/b", "data/a/x"}) {
    EXPECT_THAT((*store)->AddRoot(folder_.At(name)), IsError(ErrorCode::kInvalidArgument)) << name;
  }
}

}  // namespace
}  // namespace firn::storage
