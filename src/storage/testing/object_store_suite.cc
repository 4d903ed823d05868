#include "storage/testing/object_store_suite.h"

#include <atomic>
#include <optional>
#include <ostream>
#include <thread>

#include "base/testing/matchers.h"

namespace firn::storage {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

std::string KindName(const ::testing::TestParamInfo<StoreKind>& instance) {
  return instance.param.name;
}

void ObjectStoreTest::SetUp() {
  made_ = GetParam().make();
  store_ = made_.store.get();
  ASSERT_NE(store_, nullptr);
}

std::string ObjectStoreTest::At(std::string_view relative) const {
  return relative.empty() ? made_.base : made_.base + "/" + std::string(relative);
}

std::vector<std::string> ObjectStoreTest::ListAll(std::string_view prefix, int32_t limit) {
  std::vector<std::string> names;
  ListOptions options{.after = std::nullopt, .limit = limit};
  while (true) {
    auto page = store_->List(prefix, options);
    EXPECT_THAT(page, IsOk());
    if (!page.has_value()) {
      return names;
    }
    for (const ListedFile& file : page->files) {
      names.push_back(file.location.substr(made_.base.size() + 1));
    }
    if (!page->next.has_value()) {
      return names;
    }
    options.after = page->next;
  }
}

TEST_P(ObjectStoreTest, AGlanceTellsWhetherTheFileIsThere) {
  std::string location = At("a.json");
  ASSERT_THAT(store_->Write(location, "{}", WriteMode::kCreateNew), IsOk());
  EXPECT_EQ(store_->Glance(location), GetParam().glances ? Sighting::kThere : Sighting::kUnknown);
  EXPECT_TRUE(store_->StillThere(location));
  ASSERT_THAT(store_->Delete(location), IsOk());
  EXPECT_EQ(store_->Glance(location), GetParam().glances ? Sighting::kGone : Sighting::kUnknown);
  EXPECT_FALSE(store_->StillThere(location));
}

TEST_P(ObjectStoreTest, WritesReadsAndDeletes) {
  std::string file = At("t/metadata/a%20b c+d=ü.json");
  std::string alias = GetParam().alias(file);
  ASSERT_THAT(store_->Write(alias, "hello", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->Read(alias, 5), IsOkAnd("hello"));
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
  EXPECT_THAT(store_->Delete(At("no/such/folder")), IsOk());
}

TEST_P(ObjectStoreTest, CreateNewNeverReplacesOverwriteDoes) {
  std::string file = At("a");
  ASSERT_THAT(store_->Write(file, "one", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->Write(file, "two", WriteMode::kCreateNew),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(store_->Read(file, 10), IsOkAnd("one"));
  EXPECT_THAT(store_->Write(file, "three", WriteMode::kOverwrite), IsOk());
  EXPECT_THAT(store_->Read(file, 10), IsOkAnd("three"));
  EXPECT_THAT(ListAll(At(""), 10), ElementsAre("a"));
}

TEST_P(ObjectStoreTest, OfConcurrentCreatorsOneWins) {
  std::string file = At("deep/down/a");
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
    ASSERT_THAT(store_->Write(At(name), "x", WriteMode::kCreateNew), IsOk());
  }
  for (int32_t limit : {1, 2, 3, 100}) {
    EXPECT_THAT(ListAll(At("t"), limit),
                ElementsAre("t/a", "t/b.txt", "t/b/1", "t/b/c/2", "t/b0", "t/z"))
        << limit;
  }
  EXPECT_THAT(ListAll(At("t/b/"), 100), ElementsAre("t/b/1", "t/b/c/2"));
  EXPECT_THAT(ListAll(At("none"), 100), IsEmpty());
}

TEST_P(ObjectStoreTest, DeletesManyAndGoesOnAfterAFailure) {
  std::vector<std::string> files = {At("a"), "ftp://x/a", At("none"), At("b")};
  ASSERT_THAT(store_->Write(files[0], "x", WriteMode::kCreateNew), IsOk());
  ASSERT_THAT(store_->Write(files[3], "x", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->DeleteMany(files), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ListAll(At(""), 10), IsEmpty());
}

TEST_P(ObjectStoreTest, BadLocationsAreRefused) {
  for (const std::string& location : {std::string("relative"), At("a/../b"), At("a//b")}) {
    EXPECT_THAT(store_->Write(location, "x", WriteMode::kOverwrite),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(store_->Read(location, 1), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(store_->Delete(location), IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(store_->Write(At("a/"), "x", WriteMode::kOverwrite),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_P(ObjectStoreTest, AnEmptyFileIsAFile) {
  std::string file = At("empty");
  ASSERT_THAT(store_->Write(file, "", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->Read(file, 0), IsOkAnd(""));
  EXPECT_THAT(store_->ReadRange(file, 0, 5), IsOkAnd(""));
  EXPECT_THAT(store_->ReadRange(file, 0, 0), IsOkAnd(""));
  EXPECT_THAT(store_->ReadRange(file, 1, 0), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(store_->Stat(file)->size_bytes, 0);
}

TEST_P(ObjectStoreTest, RangesOutsideTheFileAreRefused) {
  std::string file = At("a");
  ASSERT_THAT(store_->Write(file, "abc", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->ReadRange(file, -1, 1), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(store_->ReadRange(file, 0, -1), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(store_->ReadRange(At("none"), 0, 1), IsError(ErrorCode::kNotFound));
}

TEST_P(ObjectStoreTest, LargeFilesComeBackWhole) {
  std::string bytes(12'000'001, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>((i * 2'654'435'761U) >> 13);
  }
  std::string file = At("large");
  ASSERT_THAT(store_->Write(file, bytes, WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(store_->Write(file, bytes, WriteMode::kCreateNew),
              IsError(ErrorCode::kAlreadyExists));
  auto read = store_->Read(file, 12'000'001);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(*read == bytes);
  EXPECT_THAT(store_->Read(file, 12'000'000), IsError(ErrorCode::kPayloadTooLarge));
  auto range = store_->ReadRange(file, 1'000'000, 10'900'000);
  ASSERT_THAT(range, IsOk());
  EXPECT_TRUE(*range == bytes.substr(1'000'000, 10'900'000));
}

}  // namespace firn::storage
