// What is synced, and when, as the kernel is asked: fsync and fdatasync are this program's own, so
// that a test sees each call.
#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/testing/matchers.h"
#include "base/testing/recorded_turn.h"
#include "storage/local_object_store.h"
#include "storage/synced_folders_internal.h"
#include "storage/testing/test_folder.h"

namespace firn::storage {
namespace {

using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using firn::testing::RecordedTurn;
using testing::TestFolder;
namespace fs = std::filesystem;

/// The syncs of this program since Begin.
class SyncRecorder {
 public:
  void Begin() {
    std::scoped_lock lock(mutex_);
    inodes_.clear();
    while_computing_ = 0;
  }
  void Note(int fd) {
    struct stat status{};
    fstat(fd, &status);
    std::scoped_lock lock(mutex_);
    inodes_.insert(status.st_ino);
    while_computing_ += ComputeTurn::Current() != nullptr ? 1 : 0;
  }
  bool Synced(const fs::path& path) {
    struct stat status{};
    stat(path.c_str(), &status);
    std::scoped_lock lock(mutex_);
    return inodes_.contains(status.st_ino);
  }
  int while_computing() {
    std::scoped_lock lock(mutex_);
    return while_computing_;
  }

 private:
  std::mutex mutex_;
  std::set<ino_t> inodes_;
  int while_computing_ = 0;
};

SyncRecorder recorder;

}  // namespace
}  // namespace firn::storage

extern "C" int fsync(int fd) {
  firn::storage::recorder.Note(fd);
  return static_cast<int>(syscall(SYS_fsync, fd));
}

extern "C" int fdatasync(int fd) {
  firn::storage::recorder.Note(fd);
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

namespace firn::storage {
namespace {

class SyncedToDiskTest : public ::testing::Test {
 protected:
  Status Write(std::string_view file) {
    recorder.Begin();
    return store_->Write(folder_.At(file), "x", WriteMode::kOverwrite);
  }
  fs::path Path(std::string_view relative) const { return folder_.path() / relative; }
  FolderId IdOf(std::string_view relative) const {
    return FolderIdOf(AT_FDCWD, Path(relative).string()).value_or(FolderId{});
  }

  TestFolder folder_;
  std::unique_ptr<LocalObjectStore> store_ =
      LocalObjectStore::Make({.roots = std::vector{folder_.At("root")}, .sync = true}).value();
};

TEST_F(SyncedToDiskTest, ANewFilesFoldersAreSyncedOnce) {
  ASSERT_THAT(Write("root/t/metadata/a"), IsOk());
  for (const char* folder : {"root", "root/t", "root/t/metadata", "root/t/metadata/a"}) {
    EXPECT_TRUE(recorder.Synced(Path(folder)) || std::string(folder).ends_with("/a")) << folder;
  }
  ASSERT_THAT(Write("root/t/metadata/b"), IsOk());
  EXPECT_FALSE(recorder.Synced(Path("root")));
  EXPECT_FALSE(recorder.Synced(Path("root/t")));
  EXPECT_TRUE(recorder.Synced(Path("root/t/metadata")));
}

TEST_F(SyncedToDiskTest, NobodyComputesMeanwhile) {
  RecordedTurn turn;
  ASSERT_THAT(Write("root/t/metadata/a"), IsOk());
  EXPECT_EQ(recorder.while_computing(), 0);
  EXPECT_GE(turn.times_given_up(), 4);  // the file, its folder and the two above
}

// Inodes come back: a folder that is made where another program removed one may have its number.
TEST_F(SyncedToDiskTest, FoldersMadeAgainAreSyncedAgain) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_THAT(Write("root/t/metadata/a"), IsOk());
    EXPECT_TRUE(recorder.Synced(Path("root"))) << round;
    EXPECT_TRUE(recorder.Synced(Path("root/t"))) << round;
    fs::remove_all(Path("root/t"));
  }
}

TEST_F(SyncedToDiskTest, FoldersThatAnotherProgramMadeAgainAreSyncedAgain) {
  for (int round = 0; round < 20; ++round) {
    fs::create_directories(Path("root/t/metadata"));
    ASSERT_THAT(Write("root/t/metadata/a"), IsOk());
    EXPECT_TRUE(recorder.Synced(Path("root"))) << round;
    EXPECT_TRUE(recorder.Synced(Path("root/t"))) << round;
    FolderId gone = IdOf("root/t");
    FolderId gone_below = IdOf("root/t/metadata");
    // Births are told apart by the system's tick, a few milliseconds.
    for (FolderId next = gone; next == gone || next == gone_below; next = IdOf("root/t")) {
      fs::remove_all(Path("root/t"));
      fs::create_directories(Path("root/t"));
    }
  }
}

TEST_F(SyncedToDiskTest, AFolderWithoutBirthTimeIsNeverRememberedAsSynced) {
  SyncedFolders folders;
  const FolderId known{.device = 1, .inode = 2, .birth_ns = 3};
  const FolderId unknown{.device = 1, .inode = 4, .birth_ns = 0};
  folders.Add(std::array{known, unknown});
  EXPECT_TRUE(folders.Holds(known));
  EXPECT_FALSE(folders.Holds(unknown));
  folders.Forget(known);
  EXPECT_FALSE(folders.Holds(known));
}

}  // namespace
}  // namespace firn::storage
