#include "catalog/files/table_files.h"

#include <array>

#include "base/testing/matchers.h"
#include "storage/http/testing/loopback_server.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using storage::http::FindHeader;
using storage::http::testing::Answer;
using storage::http::testing::LoopbackServer;
using storage::http::testing::ReceivedRequest;
using ::testing::HasSubstr;

class TableFilesTest : public ::testing::Test {
 protected:
  /// The key that the last request to S3 was signed with.
  std::string LastSigner() { return *FindHeader(s3_.requests().back().headers, "authorization"); }
  iceberg::PropertyMap Keys(const std::string& id) {
    return {{"s3.access-key-id", id}, {"s3.secret-access-key", "secret"}};
  }

  SystemClock clock_;
  LoopbackServer s3_{[](const ReceivedRequest&, int) { return Answer(200, "bytes"); }};
  FileStores stores_{[](std::string_view) { return std::nullopt; }, clock_};
  iceberg::PropertyMap endpoint_ = {{"s3.endpoint", s3_.uri()}, {"uri", "http://nobody"}};
};

TEST_F(TableFilesTest, LocalFilesNeedNoOptions) {
  storage::testing::TestFolder folder;
  auto files = stores_.Open({});
  std::string location = "file:" + folder.At("a/b");
  ASSERT_THAT(files->Write(location, "x", storage::WriteMode::kCreateNew), IsOk());
  EXPECT_EQ(files->Read(location, 10).value(), "x");
  std::array<std::string, 2> some = {location, "gs://bucket/x"};
  EXPECT_THAT(files->DeleteMany(some), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(files->Stat(location), IsError(ErrorCode::kNotFound)) << "the others are deleted";
}

TEST_F(TableFilesTest, WhatMetadataHoldsIsNoFaultOfWhoAsks) {
  auto files = stores_.Open({});
  for (const char* location : {"", "a/../b", "file:/a/../b", "no location"}) {
    EXPECT_THAT(files->Read(location, 10), IsError(ErrorCode::kInvalidMetadata)) << location;
  }
  EXPECT_THAT(files->Read("gs://bucket/x", 10), IsError(ErrorCode::kUnsupported));
}

TEST_F(TableFilesTest, TheLongestPrefixGivesTheCredentials) {
  FileAccess access{.options = endpoint_};
  access.options.merge(Keys("general"));
  access.scoped = {{"s3://bucket/a", Keys("wide")}, {"s3a://bucket/a/b", Keys("narrow")}};
  auto files = stores_.Open(access);
  ASSERT_THAT(files->Read("s3://bucket/c", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=general/"));
  ASSERT_THAT(files->Read("s3a://bucket/a/x", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=wide/"));
  ASSERT_THAT(files->Read("s3://bucket/a/b/x", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=narrow/"));
}

TEST_F(TableFilesTest, AVendedKeyIsNotMixedWithTheUsersToken) {
  FileAccess access{.options = endpoint_};
  access.options.merge(Keys("users"));
  access.options["s3.session-token"] = "users-token";
  access.scoped = {{"s3://bucket/a", Keys("vended")}};
  auto files = stores_.Open(access);
  ASSERT_THAT(files->Read("s3://bucket/b", 100), IsOk());
  EXPECT_NE(FindHeader(s3_.requests().back().headers, "x-amz-security-token"), nullptr);
  ASSERT_THAT(files->Read("s3://bucket/a/b", 100), IsOk());
  EXPECT_EQ(FindHeader(s3_.requests().back().headers, "x-amz-security-token"), nullptr);
}

TEST_F(TableFilesTest, StoresWithTheSameOptionsShareTheirConnection) {
  FileAccess access{.options = endpoint_};
  access.options.merge(Keys("one"));
  for (int table = 0; table < 3; ++table) {
    ASSERT_THAT(stores_.Open(access)->Read("s3://bucket/c", 100), IsOk());
  }
  EXPECT_EQ(s3_.connections(), 1);
  access.options["s3.access-key-id"] = "two";
  ASSERT_THAT(stores_.Open(access)->Read("s3://bucket/c", 100), IsOk());
  EXPECT_EQ(s3_.connections(), 2);
}

TEST_F(TableFilesTest, AStoreServesOnWhenManyOthersCame) {
  FileAccess access{.options = endpoint_};
  access.options.merge(Keys("first"));
  auto first = stores_.Open(access);
  ASSERT_THAT(first->Read("s3://bucket/c", 100), IsOk());
  for (size_t i = 0; i <= FileStores::kMaxKept; ++i) {
    access.options["s3.access-key-id"] = "key" + std::to_string(i);
    ASSERT_THAT(stores_.Open(access)->Read("s3://bucket/c", 100), IsOk());
  }
  ASSERT_THAT(first->Read("s3://bucket/c", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=first/"));
}

TEST_F(TableFilesTest, AWrongOptionIsToldWhenItsStorageIsUsed) {
  FileAccess access{.options = endpoint_};
  access.options["s3.no-such-option"] = "x";
  auto files = stores_.Open(access);
  EXPECT_THAT(files->Read("s3://bucket/c", 100), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(KnownFileOptions(access.options).count("s3.no-such-option"), 0U);
  EXPECT_EQ(KnownFileOptions(access.options).count("uri"), 0U);
  EXPECT_EQ(KnownFileOptions(access.options).count("s3.endpoint"), 1U);
}

}  // namespace
}  // namespace firn::catalog
