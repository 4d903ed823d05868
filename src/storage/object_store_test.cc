// The suite of every ObjectStore on local files and memory, and what only local files have: links,
// roots, folders.
#include "storage/object_store.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/testing/matchers.h"
#include "storage/local_object_store.h"
#include "storage/local_roots_internal.h"
#include "storage/memory_object_store.h"
#include "storage/metered_object_store.h"
#include "storage/testing/faulty_object_store.h"
#include "storage/testing/object_store_suite.h"
#include "storage/testing/test_folder.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::TestFolder;
namespace fs = std::filesystem;

StoreUnderTest MakeLocal(bool confined) {
  auto folder = std::make_shared<TestFolder>();
  LocalStoreOptions options;
  if (confined) {
    options.roots = std::vector{"file://" + folder->path().string()};
  }
  std::string base = folder->path().string();
  return {.store = LocalObjectStore::Make(options).value(), .base = base, .keeper = folder};
}

StoreUnderTest MakeMemory() {
  auto clock = std::make_shared<SystemClock>();
  return {.store = std::make_unique<InMemoryObjectStore>(*clock), .base = "/m", .keeper = clock};
}

std::string FileAlias(const std::string& location) { return "file://" + location; }

INSTANTIATE_TEST_SUITE_P(
    Stores,
    ObjectStoreTest,
    ::testing::Values(StoreKind{"Local", [] { return MakeLocal(false); }, &FileAlias},
                      StoreKind{"Confined", [] { return MakeLocal(true); }, &FileAlias},
                      StoreKind{"Memory", &MakeMemory, &FileAlias}),
    &KindName);

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
  auto roots = LocalRoots::Make(std::vector{folder.At("root")}).value();
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

TEST(LocalObjectStoreTest, WithoutRootsNamedNothingIsServed) {
  auto store = LocalObjectStore::Make({.roots = std::vector<std::string>()}).value();
  TestFolder folder;
  EXPECT_THAT(store->Read("/etc/passwd", 10), IsError(ErrorCode::kForbidden));
  ASSERT_THAT(store->AddRoot(folder.path().string()), IsOk());
  EXPECT_THAT(store->Write(folder.At("a"), "x", WriteMode::kCreateNew), IsOk());
}

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

TEST(LocalObjectStoreTest, AnOpenFileOutlivesItsName) {
  TestFolder folder;
  const std::vector<std::string> roots{folder.At("root")};
  auto store = LocalObjectStore::Make({.roots = roots}).value();
  const std::string path = folder.At("root/a");
  ASSERT_THAT(store->Write(path, "0123456789", WriteMode::kCreateNew), IsOk());
  ASSERT_OK_AND_ASSIGN(auto file, store->OpenLocal(path));
  ASSERT_NE(file, nullptr);
  ASSERT_THAT(store->Write(path, "replaced", WriteMode::kOverwrite), IsOk());
  ASSERT_THAT(store->Delete(path), IsOk());
  std::string bytes(4, ' ');
  EXPECT_THAT(file->ReadAt(3, bytes), IsOkAnd(4));
  EXPECT_EQ(bytes, "3456");
  EXPECT_THAT(file->ReadAt(8, bytes), IsOkAnd(2));
  EXPECT_EQ(bytes.substr(0, 2), "89");
  EXPECT_THAT(file->ReadAt(10, bytes), IsOkAnd(0));
  EXPECT_THAT(file->ReadAt(-1, bytes), IsError(ErrorCode::kIoError));
  EXPECT_THAT(store->OpenLocal(path), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(store->OpenLocal(folder.At("root")), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(store->OpenLocal(folder.At("other")), IsError(ErrorCode::kForbidden));
}

TEST(LocalObjectStoreTest, OnlyEmptyFoldersGoAndNeverARoot) {
  TestFolder folder;
  std::vector<std::string> roots = {folder.At("root"), folder.At("root/inner")};
  auto store = LocalObjectStore::Make({.roots = roots}).value();
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
  auto store =
      LocalObjectStore::Make({.roots = std::vector{folder.At("root")}, .sync = false}).value();
  std::atomic<bool> done = false;
  // Fewer than the tries of one write, so that no write can lose all of them.
  constexpr int kRemovals = 31;
  std::jthread cleaner([&] {
    for (int removed = 0; removed < kRemovals && !done;) {
      removed += store->RemoveEmptyFolder(folder.At("root/t/metadata")).value_or(false) ? 1 : 0;
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
  auto store = LocalObjectStore::Make(
                   {.roots = std::vector{folder.At("root"), folder.At("made")}, .sync = true})
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
  EXPECT_THAT(store->Read(folder.At("root/real/a"), 10), firn::testing::IsOkAnd("x"));
  EXPECT_THAT(store->Write(folder.At("made/a"), "x", WriteMode::kCreateNew), IsOk());
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

TEST(FaultyObjectStoreTest, FailsReadsOfAnOpenFile) {
  TestFolder folder;
  auto inner = LocalObjectStore::Make({.roots = std::vector{folder.At("root")}}).value();
  ASSERT_THAT(inner->Write(folder.At("root/a"), "0123", WriteMode::kCreateNew), IsOk());
  testing::FaultyObjectStore store(*inner);
  ASSERT_OK_AND_ASSIGN(auto file, store.OpenLocal(folder.At("root/a")));
  ASSERT_NE(file, nullptr);
  std::string bytes(2, ' ');
  EXPECT_THAT(file->ReadAt(1, bytes), IsOkAnd(2));
  EXPECT_EQ(bytes, "12");
  store.Arm({.call = 2});
  EXPECT_THAT(store.OpenLocal(folder.At("root/a")), IsOk());
  EXPECT_THAT(file->ReadAt(1, bytes), IsError(ErrorCode::kIoError));
  EXPECT_THAT(file->ReadAt(1, bytes), IsOkAnd(2));
  EXPECT_EQ(store.calls(), 3);
}

uint64_t CallsOf(const MeteredObjectStore& store, StoreCall call) {
  uint64_t calls = 0;
  for (uint64_t count : store.stats(call).latency.counts) {
    calls += count;
  }
  return calls;
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
  EXPECT_EQ(CallsOf(store, StoreCall::kRead), 2U);
}

TEST(MeteredObjectStore, CountsTheReadsOfAnOpenFile) {
  TestFolder folder;
  auto inner = LocalObjectStore::Make({.roots = std::vector{folder.At("root")}}).value();
  ASSERT_THAT(inner->Write(folder.At("root/a"), "0123", WriteMode::kCreateNew), IsOk());
  MeteredObjectStore store(*inner);
  ASSERT_OK_AND_ASSIGN(auto file, store.OpenLocal(folder.At("root/a")));
  ASSERT_NE(file, nullptr);
  std::string bytes(3, ' ');
  EXPECT_THAT(file->ReadAt(2, bytes), IsOkAnd(2));
  EXPECT_THAT(file->ReadAt(-1, bytes), IsError(ErrorCode::kIoError));
  EXPECT_EQ(store.bytes_read(), 2U);
  EXPECT_EQ(CallsOf(store, StoreCall::kReadRange), 2U);
  EXPECT_EQ(store.stats(StoreCall::kReadRange).failures, 1U);
  EXPECT_THAT(store.OpenLocal(folder.At("root/none")), IsError(ErrorCode::kNotFound));
  EXPECT_EQ(CallsOf(store, StoreCall::kReadRange), 3U);
  SystemClock clock;
  InMemoryObjectStore memory(clock);
  ASSERT_THAT(memory.Write("/a", "x", WriteMode::kCreateNew), IsOk());
  EXPECT_EQ(*MeteredObjectStore(memory).OpenLocal("/a"), nullptr);
}

TEST(MeteredObjectStore, CountsEveryCallThatIsNoGlance) {
  SystemClock clock;
  InMemoryObjectStore memory(clock);
  MeteredObjectStore store(memory);
  ASSERT_THAT(store.Write("/t/a", "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store.Read("/t/a", 100), IsOk());
  EXPECT_THAT(store.ReadRange("/t/a", 0, 1), IsOk());
  EXPECT_THAT(store.Stat("/t/a"), IsOk());
  EXPECT_TRUE(store.StillThere("/t/a"));
  EXPECT_THAT(store.List("/t", {}), IsOk());
  EXPECT_THAT(store.Delete("/t/a"), IsOk());
  EXPECT_THAT(store.EnsureDirectory("/t"), IsOk());
  EXPECT_THAT(store.RemoveEmptyFolder("/t"), IsOk());
  for (size_t call = 0; call < kStoreCallNames.size(); ++call) {
    EXPECT_EQ(CallsOf(store, static_cast<StoreCall>(call)), 1U) << kStoreCallNames[call];
  }
}

}  // namespace
}  // namespace firn::storage
