// The suite of every ObjectStore on local files and memory, and what only local files have: links,
// roots, folders.
#include "storage/object_store.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "storage/local_object_store.h"
#include "storage/local_roots_internal.h"
#include "storage/memory_object_store.h"
#include "storage/testing/faulty_object_store.h"
#include "storage/testing/object_store_suite.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
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

}  // namespace
}  // namespace firn::storage
