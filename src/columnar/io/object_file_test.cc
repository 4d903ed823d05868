#include "columnar/io/object_file.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/io/arrow_status.h"
#include "storage/local_object_store.h"
#include "storage/memory_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;

class ObjectFileTest : public ::testing::Test {
 protected:
  Result<std::shared_ptr<ObjectFile>> Open(int64_t size_bytes) {
    return ObjectFile::Open(store_, pool_, "memory://b/file", size_bytes, limits_);
  }

  SystemClock clock_;
  storage::InMemoryObjectStore store_{clock_};
  ThreadPool pool_{2};
  FetchLimits limits_{
      .whole_file_bytes = 10, .tail_bytes = 10, .hole_bytes = 5, .request_bytes = 100};
};

TEST_F(ObjectFileTest, CloseRangesAreOneRequest) {
  EXPECT_THAT(Coalesce({{50, 10}, {0, 10}, {14, 6}, {90, 0}}, limits_),
              ElementsAre(ByteRange{0, 20}, ByteRange{50, 10}));
  EXPECT_THAT(Coalesce({{0, 60}, {60, 60}}, limits_),
              ElementsAre(ByteRange{0, 60}, ByteRange{60, 60}));
  EXPECT_THAT(Coalesce({{0, 60}, {30, 90}}, limits_), ElementsAre(ByteRange{0, 120}));
}

TEST_F(ObjectFileTest, ReadsWhatWasPrefetchedWithoutTheStore) {
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes.push_back(static_cast<char>(i));
  }
  ASSERT_THAT(store_.Write("memory://b/file", bytes, storage::WriteMode::kCreateNew), IsOk());
  ASSERT_OK_AND_ASSIGN(auto file, Open(200));
  EXPECT_EQ(file->requests(), 1);
  ASSERT_THAT(file->Prefetch({{0, 20}, {22, 8}, {100, 50}, {195, 5}}), IsOk());
  EXPECT_EQ(file->requests(), 3);
  ASSERT_THAT(store_.Delete("memory://b/file"), IsOk());
  EXPECT_EQ((*file->ReadAt(5, 10))->ToString(), bytes.substr(5, 10));
  EXPECT_EQ((*file->ReadAt(120, 30))->ToString(), bytes.substr(120, 30));
  EXPECT_EQ((*file->ReadAt(195, 50))->ToString(), bytes.substr(195));
  auto missing = file->ReadAt(60, 10);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(FromArrow(missing.status(), ErrorCode::kInternal).code(), ErrorCode::kNotFound);
}

TEST_F(ObjectFileTest, AFileShorterThanItsManifestSaysIsCorrupt) {
  ASSERT_THAT(store_.Write("memory://b/file", "0123456789", storage::WriteMode::kCreateNew),
              IsOk());
  EXPECT_THAT(Open(15), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(Open(8), IsOk());
  EXPECT_THAT(Open(500), IsError(ErrorCode::kInvalidMetadata));
}

TEST_F(ObjectFileTest, ALocalFileIsReadPieceByPiece) {
  const storage::testing::TestFolder folder;
  const std::string path = folder.At("file");
  auto store = storage::LocalObjectStore::Make({.sync = false}).value();
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes.push_back(static_cast<char>(i));
  }
  ASSERT_THAT(store->Write(path, bytes, storage::WriteMode::kCreateNew), IsOk());
  ASSERT_OK_AND_ASSIGN(auto file, ObjectFile::Open(*store, pool_, path, 200, limits_));
  ASSERT_THAT(file->Prefetch({{0, 100}}), IsOk());
  EXPECT_EQ(file->fetched_bytes(), 10) << "the end alone";
  std::filesystem::rename(path, folder.At("moved"));
  std::string read(20, ' ');
  EXPECT_EQ(file->ReadAt(5, 20, read.data()).ValueOrDie(), 20);
  EXPECT_EQ(read, bytes.substr(5, 20));
  EXPECT_EQ(file->ReadAt(192, 20, read.data()).ValueOrDie(), 8);
  EXPECT_EQ(read.substr(0, 8), bytes.substr(192));
  EXPECT_EQ((*file->ReadAt(60, 30))->ToString(), bytes.substr(60, 30));
  EXPECT_EQ((*file->ReadAt(150, 100))->ToString(), bytes.substr(150));
  EXPECT_EQ(file->fetched_bytes(), 10 + 20 + 30 + 50);
  EXPECT_FALSE(file->ReadAt(201, 1).ok());

  std::filesystem::resize_file(folder.At("moved"), 50);
  for (const arrow::Status& status :
       {file->ReadAt(40, 20).status(), file->ReadAt(40, 20, read.data()).status()}) {
    ASSERT_FALSE(status.ok());
    const Error error = FromArrow(status, ErrorCode::kInternal);
    EXPECT_EQ(error.code(), ErrorCode::kInvalidMetadata);
    EXPECT_NE(error.Describe().find(path), std::string::npos) << error.Describe();
  }
  EXPECT_THAT(ObjectFile::Open(*store, pool_, path, 200, limits_), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ObjectFile::Open(*store, pool_, folder.At("moved"), 200, limits_),
              IsError(ErrorCode::kInvalidMetadata));
}

TEST_F(ObjectFileTest, ParquetsExceptionsBecomeErrors) {
  auto thrown = Guarded([]() -> Status { throw std::runtime_error("bad page"); });
  EXPECT_THAT(thrown, IsError(ErrorCode::kInvalidMetadata));
}

}  // namespace
}  // namespace firn::columnar
