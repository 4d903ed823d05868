#include "catalog/pointer/purge.h"

#include <filesystem>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "storage/local_object_store.h"
#include "storage/memory_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog::pointer {
namespace {

using firn::testing::IsOk;

TEST(PurgeTest, AShortLocationOfAnotherSpellingEnds) {
  ManualClock clock{TimestampMs(0)};
  storage::InMemoryObjectStore files{clock};
  const std::vector<std::string> owned{"file:///d/t/data/a", "file:/d/t/metadata/b", "/d/t/c"};
  for (const char* location : {"/d/t", "/d", "/"}) {
    DeleteOwned(files, owned, location);
  }
}

TEST(PurgeTest, FoldersOfEverySpellingGo) {
  storage::testing::TestFolder folder;
  auto files = storage::LocalObjectStore::Make({}).value();
  const std::string table = folder.At("wh/t");
  const std::vector<std::string> owned{"file://" + table + "/data/p=1/a", table + "/data/p=2/b",
                                       "file:" + table + "/metadata/c"};
  for (const std::string& file : owned) {
    ASSERT_THAT(files->Write(file, "x", storage::WriteMode::kCreateNew), IsOk());
  }
  const std::string beside = folder.At("wh/t2/d");
  ASSERT_THAT(files->Write(beside, "x", storage::WriteMode::kCreateNew), IsOk());
  DeleteOwned(*files, owned, table);
  EXPECT_FALSE(std::filesystem::exists(table));
  EXPECT_TRUE(std::filesystem::exists(beside));
}

}  // namespace
}  // namespace firn::catalog::pointer
