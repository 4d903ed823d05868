// Backups: whole, checked, alone under their name.
#include "server/store/sqlite/backup.h"

#include <fstream>
#include <thread>

#include <sys/stat.h>

#include "server/store/sql/text/schema.h"
#include "server/store/sqlite/sqlite_session.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

namespace fs = std::filesystem;
using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    auto made = store_->Execute(
        CreateWarehouse{.name = "w", .location = "file:///w", .properties = {}, .is_default = true},
        {});
    ASSERT_THAT(made, IsOk());
    context_.warehouse = made->warehouse->id;
  }

  void Open() {
    auto opened = OpenSqliteStore({.path = database_});
    ASSERT_THAT(opened, IsOk());
    store_ = *std::move(opened);
  }

  Status AddNamespace(const std::string& name) {
    RETURN_IF_ERROR(store_->Execute(CreateNamespace{.path = {{name}}, .properties = {}}, context_));
    return {};
  }

  std::vector<std::string> NamesIn(const std::string& database) {
    auto store = OpenSqliteStore({.path = database});
    EXPECT_THAT(store, IsOk());
    auto page = (*store)->ListNamespaces(context_.warehouse, {}, {});
    EXPECT_THAT(page, IsOk());
    return page->items;
  }

  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(target_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  store::testing::TestFolder folder_;
  store::testing::TestFolder target_;
  const std::string database_ = folder_.path() + "/catalog.db";
  const std::string file_ = target_.path() + "/backup.db";
  std::unique_ptr<CatalogStore> store_;
  MutationContext context_;
};

TEST_F(BackupTest, HoldsWhatWasCommittedEvenInTheLogAlone) {
  ASSERT_THAT(AddNamespace("a"), IsOk());
  auto backup = BackUpDatabase(database_, file_);
  ASSERT_THAT(backup, IsOk());
  EXPECT_EQ(backup->schema_version, static_cast<int64_t>(sql::Migrations().size()));
  EXPECT_EQ(backup->size_bytes, static_cast<int64_t>(fs::file_size(file_)));
  ASSERT_THAT(AddNamespace("b"), IsOk());
  EXPECT_THAT(Files(), ElementsAre("backup.db"));
  struct stat status{};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(NamesIn(file_), ElementsAre("a"));
}

TEST_F(BackupTest, NeverOverwrites) {
  std::ofstream(file_) << "precious";
  EXPECT_THAT(BackUpDatabase(database_, file_), IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(fs::file_size(file_), 8);
  fs::remove(file_);
  fs::create_symlink(target_.path() + "/nowhere", file_);
  EXPECT_THAT(BackUpDatabase(database_, file_), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(BackUpDatabase(database_, database_), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(Files(), ElementsAre("backup.db"));
}

TEST_F(BackupTest, OfOneNameOneIsMade) {
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { made += BackUpDatabase(database_, file_).has_value() ? 1 : 0; });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_THAT(Files(), ElementsAre("backup.db"));
}

TEST_F(BackupTest, ADamagedDatabaseIsNotBackedUp) {
  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(AddNamespace("n" + std::to_string(i)), IsOk());
  }
  store_.reset();
  {
    // In the middle, where an index lies rather than the table of contents.
    std::fstream file(database_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(database_) / 2));
    for (int i = 0; i < 20'000; ++i) {
      file.put('x');
    }
  }
  EXPECT_FALSE(BackUpDatabase(database_, file_).has_value());
  EXPECT_THAT(Files(), SizeIs(0));
}

TEST_F(BackupTest, OnlyADatabaseOfFirnIsBackedUp) {
  EXPECT_THAT(BackUpDatabase(folder_.path() + "/none.db", file_), IsError(ErrorCode::kNotFound));
  std::string other = folder_.path() + "/other.db";
  {
    auto session = SqliteSession::Open({.path = other});
    ASSERT_THAT(session, IsOk());
    ASSERT_THAT((*session)->Run("CREATE TABLE t (id INTEGER)"), IsOk());
  }
  EXPECT_THAT(BackUpDatabase(other, file_), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(BackUpDatabase(database_, target_.path() + "/no/folder/x.db"),
              IsError(ErrorCode::kIoError));
  EXPECT_THAT(Files(), SizeIs(0));
}

TEST_F(BackupTest, IsOneStateHoweverBusyTheDatabaseIs) {
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    for (int i = 0; !stop; ++i) {
      EXPECT_THAT(AddNamespace("n" + std::to_string(i)), IsOk());
    }
  });
  for (int i = 0; i < 5; ++i) {
    std::string file = file_ + std::to_string(i);
    EXPECT_THAT(BackUpDatabase(database_, file), IsOk());
    auto store = OpenSqliteStore({.path = file});
    ASSERT_THAT(store, IsOk());
    auto names = (*store)->ListNamespaces(context_.warehouse, {}, {});
    ASSERT_THAT(names, IsOk());
    // Each namespace is a transaction with its event: the copy has both or neither.
    EXPECT_THAT((*store)->ListEvents(context_.warehouse, 0, 1'000'000),
                IsOkAnd(SizeIs(names->items.size())));
  }
  stop = true;
}

}  // namespace
}  // namespace firn::store::sqlite
