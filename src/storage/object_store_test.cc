// One suite for every ObjectStore, and what only local files have: links, roots, folders.
#include "storage/object_store.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "storage/local_object_store.h"
#include "storage/local_roots_internal.h"
#include "storage/memory_object_store.h"
#include "storage/metered_object_store.h"
#include "storage/testing/faulty_object_store.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

/// A folder of its own under the temporary one, removed at the end.
class TestFolder {
 public:
  TestFolder() : path_(fs::temp_directory_path() / ("firn-" + Uuid::Random().ToString())) {
    fs::create_directories(path_);
  }
  ~TestFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  std::string At(std::string_view relative) const { return (path_ / relative).string(); }

 private:
  fs::path path_;
};

enum class Kind { kLocal, kConfined, kMemory };

class ObjectStoreTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kMemory) {
      store_ = std::make_unique<InMemoryObjectStore>(clock_);
      return;
    }
    LocalStoreOptions options;
    if (GetParam() == Kind::kConfined) {
      options.roots = {"file://" + folder_.path().string()};
    }
    auto made = LocalObjectStore::Make(options);
    ASSERT_THAT(made, IsOk());
    store_ = *std::move(made);
  }

  std::vector<std::string> ListAll(std::string_view prefix, int32_t limit) {
    std::vector<std::string> names;
    ListOptions options{.after = std::nullopt, .limit = limit};
    while (true) {
      auto page = store_->List(prefix, options);
      EXPECT_THAT(page, IsOk());
      for (const ListedFile& file : page->files) {
        names.push_back(file.location.substr(folder_.path().string().size() + 1));
      }
      if (!page->next.has_value()) {
        return names;
      }
      options.after = page->next;
    }
  }

  SystemClock clock_;
  TestFolder folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_P(ObjectStoreTest, AGlanceTellsWhetherTheFileIsThere) {
  std::string location = folder_.At("a.json");
  ASSERT_THAT(store_->Write(location, "{}", WriteMode::kCreateNew), IsOk());
  EXPECT_EQ(store_->Glance(location), Sighting::kThere);
  EXPECT_TRUE(store_->StillThere(location));
  ASSERT_THAT(store_->Delete(location), IsOk());
  EXPECT_EQ(store_->Glance(location), Sighting::kGone);
  EXPECT_FALSE(store_->StillThere(location));
}

TEST(LocalRootsTest, FileSystemsThatMayHangAreKnown) {
  for (int64_t type : {0x6969, 0x65735546}) {  // NFS, FUSE
    EXPECT_TRUE(IsNetworkFileSystem(type)) << type;
  }
  // As statfs gives it: sign-extended where f_type is 32 bits wide.
  EXPECT_TRUE(IsNetworkFileSystem(static_cast<int32_t>(0xFF534D42)));
  for (int64_t type : {0xEF53, 0x58465342, 0x01021994, 0x794c7630}) {  // ext4, XFS, tmpfs, overlay
    EXPECT_FALSE(IsNetworkFileSystem(type)) << type;
  }
}

TEST(LocalRootsTest, FoldersThatOthersMadeAreSyncedOnce) {
  TestFolder folder;
  auto roots = LocalRoots::Make({folder.At("root")}).value();
  fs::create_directories(folder.path() / "root/a/b/c");  // by another program
  auto known_after = [&](std::string_view path, bool sync) {
    auto place = roots.Find(folder.At(std::string("root/") + std::string(path)));
    EXPECT_THAT(place, IsOk());
    EXPECT_THAT(roots.MakeFolder(*place, place->relative, sync), IsOk());
    return roots.synced().size();
  };
  EXPECT_EQ(known_after("a/b", /*sync=*/false), 0U);
  EXPECT_EQ(known_after("a/b", /*sync=*/true), 2U);
  EXPECT_EQ(known_after("a/b/c", /*sync=*/true), 3U);
  EXPECT_EQ(known_after("a/b/new/x", /*sync=*/true), 5U);
  EXPECT_EQ(known_after("a/b/new/x", /*sync=*/true), 5U);
}

TEST_P(ObjectStoreTest, WritesReadsAndDeletes) {
  std::string file = folder_.At("t/metadata/a%20b.json");
  ASSERT_THAT(store_->Write("file://" + file, "hello", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->Read("file:" + file, 5), IsOkAnd("hello"));
  EXPECT_THAT(store_->Read(file, 4), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(store_->ReadRange(file, 1, 3), IsOkAnd("ell"));
  EXPECT_THAT(store_->ReadRange(file, 3, 100), IsOkAnd("lo"));
  EXPECT_THAT(store_->ReadRange(file, 5, 1), IsOkAnd(""));
  EXPECT_THAT(store_->ReadRange(file, 6, 1), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(store_->Stat(file)->size_bytes, 5);
  EXPECT_THAT(store_->Exists(file), IsOkAnd(true));
  EXPECT_THAT(store_->Delete(file), IsOk());
  EXPECT_THAT(store_->Delete(file), IsOk());
  EXPECT_THAT(store_->Exists(file), IsOkAnd(false));
  EXPECT_THAT(store_->Read(file, 5), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(store_->Stat(file), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(store_->Delete(folder_.At("no/such/folder")), IsOk());
}

TEST_P(ObjectStoreTest, CreateNewNeverReplacesOverwriteDoes) {
  std::string file = folder_.At("a");
  ASSERT_THAT(store_->Write(file, "one", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->Write(file, "two", WriteMode::kCreateNew),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(store_->Read(file, 10), IsOkAnd("one"));
  EXPECT_THAT(store_->Write(file, "three", WriteMode::kOverwrite), IsOk());
  EXPECT_THAT(store_->Read(file, 10), IsOkAnd("three"));
  EXPECT_THAT(ListAll(folder_.path().string(), 10), ElementsAre("a"));
}

TEST_P(ObjectStoreTest, OfConcurrentCreatorsOneWins) {
  std::string file = folder_.At("deep/down/a");
  std::atomic<int> winners = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        auto status = store_->Write(file, std::string(10'000, static_cast<char>('a' + i)),
                                    WriteMode::kCreateNew);
        if (status.has_value()) {
          ++winners;
        } else {
          EXPECT_THAT(status, IsError(ErrorCode::kAlreadyExists));
        }
      });
    }
  }
  EXPECT_EQ(winners, 1);
  auto bytes = store_->Read(file, 10'000);
  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(*bytes, std::string(10'000, bytes->front()));
}

TEST_P(ObjectStoreTest, ListsInByteOrderPageByPage) {
  for (std::string_view name : {"t/b/1", "t/a", "t/b.txt", "t/b/c/2", "t/z", "tt/x", "t/b0"}) {
    ASSERT_THAT(store_->Write(folder_.At(name), "x", WriteMode::kCreateNew), IsOk());
  }
  for (int32_t limit : {1, 2, 3, 100}) {
    EXPECT_THAT(ListAll(folder_.At("t"), limit),
                ElementsAre("t/a", "t/b.txt", "t/b/1", "t/b/c/2", "t/b0", "t/z"))
        << limit;
  }
  EXPECT_THAT(ListAll(folder_.At("t/b/"), 100), ElementsAre("t/b/1", "t/b/c/2"));
  EXPECT_THAT(ListAll(folder_.At("none"), 100), IsEmpty());
}

TEST_P(ObjectStoreTest, DeletesManyAndGoesOnAfterAFailure) {
  std::vector<std::string> files = {folder_.At("a"), "ftp://x/a", folder_.At("none"),
                                    folder_.At("b")};
  ASSERT_THAT(store_->Write(files[0], "x", WriteMode::kCreateNew), IsOk());
  ASSERT_THAT(store_->Write(files[3], "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->DeleteMany(files), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ListAll(folder_.path().string(), 10), IsEmpty());
}

TEST_P(ObjectStoreTest, BadLocationsAreRefused) {
  for (const std::string& location :
       {std::string("relative"), folder_.At("a/../b"), folder_.At("a//b")}) {
    EXPECT_THAT(store_->Write(location, "x", WriteMode::kOverwrite),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(store_->Read(location, 1), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(store_->Delete(location), IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(store_->Write(folder_.At("a/"), "x", WriteMode::kOverwrite),
              IsError(ErrorCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         ObjectStoreTest,
                         ::testing::Values(Kind::kLocal, Kind::kConfined, Kind::kMemory));

TEST(LocalObjectStoreTest, FoldersAreMadeAndAreNoFiles) {
  TestFolder folder;
  auto store = LocalObjectStore::Make({}).value();
  ASSERT_THAT(store->EnsureDirectory(folder.At("t/metadata")), IsOk());
  ASSERT_THAT(store->EnsureDirectory(folder.At("t/metadata/")), IsOk());
  EXPECT_TRUE(fs::is_directory(folder.path() / "t/metadata"));
  EXPECT_THAT(store->Read(folder.At("t/metadata"), 10), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(store->Stat(folder.At("t/metadata")), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(store->Write(folder.At("t/metadata"), "x", WriteMode::kOverwrite),
              IsError(ErrorCode::kIoError));
}

TEST(LocalObjectStoreTest, OnlyEmptyFoldersGoAndNeverARoot) {
  TestFolder folder;
  auto store =
      LocalObjectStore::Make({.roots = {folder.At("root"), folder.At("root/inner")}}).value();
  ASSERT_THAT(store->EnsureDirectory(folder.At("root/t/metadata")), IsOk());
  ASSERT_THAT(store->Write(folder.At("root/t/a"), "x", WriteMode::kCreateNew), IsOk());
  fs::create_directory_symlink("t", folder.path() / "root/link");
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/t")), IsOkAnd(false));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/t/a")), IsOkAnd(false));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/link")), IsOkAnd(false));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/t/metadata/")), IsOkAnd(true));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/t/metadata")), IsOkAnd(true));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/none/below")), IsOkAnd(true));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/inner")), IsOkAnd(false));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("elsewhere")), IsError(ErrorCode::kForbidden));
  EXPECT_TRUE(fs::exists(folder.At("root/t/a")));
  EXPECT_FALSE(fs::exists(folder.At("root/t/metadata")));
  EXPECT_TRUE(fs::exists(folder.At("root/inner")));
  ASSERT_THAT(store->Delete(folder.At("root/t/a")), IsOk());
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root/t")), IsOkAnd(true));
  EXPECT_THAT(store->RemoveEmptyFolder(folder.At("root")), IsOkAnd(false));
}

TEST(LocalObjectStoreTest, AWriteSurvivesWhoRemovesEmptyFolders) {
  TestFolder folder;
  auto store = LocalObjectStore::Make({.roots = {folder.At("root")}, .sync = false}).value();
  std::atomic<bool> done = false;
  std::jthread cleaner([&] {
    while (!done) {
      static_cast<void>(store->RemoveEmptyFolder(folder.At("root/t/metadata")));
    }
  });
  for (int i = 0; i < 50; ++i) {
    std::string file = folder.At("root/t/metadata/a");
    EXPECT_THAT(store->Write(file, "x", WriteMode::kCreateNew), IsOk());
    EXPECT_THAT(store->Delete(file), IsOk());
  }
  done = true;
}

TEST(LocalObjectStoreTest, RootsConfine) {
  TestFolder folder;
  TestFolder outside;
  std::ofstream(outside.At("secret")) << "secret";
  fs::create_directories(folder.path() / "root/real");
  fs::create_symlink(outside.path(), folder.path() / "root/out");
  fs::create_symlink(outside.At("secret"), folder.path() / "root/file");
  fs::create_symlink("real", folder.path() / "root/in");
  auto store =
      LocalObjectStore::Make({.roots = {folder.At("root"), folder.At("made")}, .sync = true})
          .value();

  EXPECT_THAT(store->Read(outside.At("secret"), 10), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->Read(folder.At("rootless"), 10), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->Read(folder.At("root/out/secret"), 10), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->Read(folder.At("root/file"), 10), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->Stat(folder.At("root/file")), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->Write(folder.At("root/out/new"), "x", WriteMode::kCreateNew),
              IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->Delete(folder.At("root/out/secret")), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(store->EnsureDirectory(folder.At("root/out/d")), IsError(ErrorCode::kForbidden));
  EXPECT_TRUE(fs::exists(outside.path() / "secret"));
  EXPECT_FALSE(fs::exists(outside.path() / "new"));

  EXPECT_THAT(store->Write(folder.At("root/in/a"), "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store->Read(folder.At("root/real/a"), 10), IsOkAnd("x"));
  EXPECT_THAT(store->Write(folder.At("made/a"), "x", WriteMode::kCreateNew), IsOk());
}

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
  LocalStoreOptions Options(std::vector<std::string> roots) const {
    return {.roots = std::move(roots),
            .guarded = {{folder_.At("d"), folder_.At("d/warehouse")},
                        {folder_.At("side/x.db"), ""},
                        {folder_.At("side/x.db-wal"), ""}},
            .sync = true};
  }

  TestFolder folder_;
};

TEST_F(GuardedTest, NoCallReachesTheServersFiles) {
  for (const auto& roots : {std::vector<std::string>{folder_.path().string()}, {}}) {
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
  auto store = LocalObjectStore::Make(Options({folder_.path().string()})).value();
  EXPECT_THAT(store->Write(folder_.At("d/warehouse/t/a"), "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store->Read(folder_.At("link/warehouse/t/a"), 10), IsOkAnd("x"));
  auto page = store->List(folder_.path().string(), {});
  ASSERT_THAT(page, IsOk());
  for (const ListedFile& file : page->files) {
    EXPECT_THAT(file.location, ::testing::Not(::testing::HasSubstr("firn.")));
  }
}

TEST_F(GuardedTest, IsNoRootAndNothingIsMade) {
  auto store = LocalObjectStore::Make(Options({folder_.At("d/warehouse")})).value();
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

TEST(FaultyObjectStoreTest, FailsTheCallItIsToldTo) {
  SystemClock clock;
  InMemoryObjectStore inner(clock);
  testing::FaultyObjectStore store(inner);
  store.Arm({.call = 2, .from_then_on = false, .applied = false});
  EXPECT_THAT(store.Write("/a", "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store.Write("/b", "x", WriteMode::kCreateNew), IsError(ErrorCode::kIoError));
  EXPECT_THAT(store.Write("/c", "x", WriteMode::kCreateNew), IsOk());
  EXPECT_EQ(inner.size(), 2);
  store.Arm({.call = 1, .from_then_on = true, .applied = true});
  EXPECT_THAT(store.Write("/d", "x", WriteMode::kCreateNew), IsError(ErrorCode::kIoError));
  EXPECT_THAT(store.Delete("/a"), IsError(ErrorCode::kIoError));
  EXPECT_EQ(inner.size(), 2);
  EXPECT_EQ(store.calls(), 2);
}

TEST(MeteredObjectStore, CountsCallsFailuresAndBytes) {
  SystemClock clock;
  InMemoryObjectStore memory(clock);
  testing::FaultyObjectStore faulty(memory);
  MeteredObjectStore store(faulty);
  ASSERT_THAT(store.Write("/a", "12345", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store.Read("/a", 100), IsOkAnd(std::string("12345")));
  EXPECT_THAT(store.ReadRange("/a", 1, 2), IsOkAnd(std::string("23")));
  EXPECT_THAT(store.Read("/b", 100), IsError(ErrorCode::kNotFound));
  faulty.Arm({.call = 1});
  EXPECT_THAT(store.Stat("/a"), IsError(ErrorCode::kIoError));

  EXPECT_EQ(store.bytes_written(), 5U);
  EXPECT_EQ(store.bytes_read(), 7U);
  EXPECT_EQ(store.stats(StoreCall::kRead).failures, 0U);
  EXPECT_EQ(store.stats(StoreCall::kStat).failures, 1U);
  uint64_t reads = 0;
  for (uint64_t count : store.stats(StoreCall::kRead).latency.counts) {
    reads += count;
  }
  EXPECT_EQ(reads, 2U);
}

}  // namespace
}  // namespace firn::storage
