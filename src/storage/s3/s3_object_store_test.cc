// The suite of every ObjectStore over the fake, and over a real S3 server where
// FIRN_TEST_S3_ENDPOINT names one (tests/storage/run starts it); and what only S3 has.
#include "storage/s3/s3_object_store.h"

#include <cstdlib>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "storage/http/testing/recording_sleeper.h"
#include "storage/s3/testing/fake_s3.h"
#include "storage/testing/object_store_suite.h"

namespace firn::storage {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using s3::S3ObjectStore;
using s3::S3Options;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

const aws::Credentials kKeys{.access_key_id = "key", .secret_access_key = "secret"};

S3Options Options() {
  return {.endpoint = "http://fake:9000",
          .addressing = s3::Addressing::kPath,
          .credentials = kKeys,
          .part_bytes = s3::kMinPartBytes};
}

/// Everything below a store.
struct Bench {
  SystemClock clock;
  http::testing::RecordingSleeper sleeper{nullptr};
  aws::StaticCredentials credentials{kKeys};
  s3::testing::FakeS3 fake{kKeys, {.region = "us-east-1", .service = "s3"}, clock};
  S3ObjectStore store{{fake, credentials, clock, sleeper}, Options()};
};

StoreUnderTest MakeOnFake() {
  auto bench = std::make_shared<Bench>();
  bench->fake.max_page = 3;
  s3::S3Client::Parts parts{bench->fake, bench->credentials, bench->clock, bench->sleeper};
  return {.store = std::make_unique<S3ObjectStore>(parts, Options()),
          .base = "s3://bucket/some/folder",
          .keeper = bench};
}

std::string S3Alias(const std::string& location) { return "s3a" + location.substr(2); }

std::optional<std::string> Environment(std::string_view name) {
  return aws::ProcessEnvironment()(name);
}

/// Keys and region from AWS' usual variables; the bucket is there.
StoreUnderTest MakeOnServer() {
  s3::Properties properties = {{"s3.endpoint", *Environment("FIRN_TEST_S3_ENDPOINT")},
                               {"s3.multipart.part-size-bytes", "5242880"}};
  auto clock = std::make_shared<SystemClock>();
  auto options = s3::ParseS3Options(properties, aws::ProcessEnvironment());
  std::string bucket = Environment("FIRN_TEST_S3_BUCKET").value_or("firn-test");
  return {.store = S3ObjectStore::Make(options.value(), aws::ProcessEnvironment(), *clock).value(),
          .base = "s3://" + bucket + "/" + Uuid::Random().ToString(),
          .keeper = clock};
}

std::vector<StoreKind> Kinds() {
  std::vector<StoreKind> kinds = {{"FakeS3", &MakeOnFake, &S3Alias, false}};
  if (Environment("FIRN_TEST_S3_ENDPOINT").has_value()) {
    kinds.push_back({"RealS3", &MakeOnServer, &S3Alias, false});
  }
  return kinds;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(S3, ObjectStoreTest, ::testing::ValuesIn(Kinds()), &KindName);

namespace {

class S3ObjectStoreTest : public ::testing::Test {
 protected:
  std::vector<std::string> Files(int count) {
    std::vector<std::string> files;
    for (int i = 0; i < count; ++i) {
      files.push_back("s3://bucket/t/" + std::to_string(i));
      EXPECT_THAT(bench_.store.Write(files.back(), "x", WriteMode::kCreateNew), IsOk());
    }
    return files;
  }

  Bench bench_;
};

TEST_F(S3ObjectStoreTest, ManyAreDeletedInBatches) {
  std::vector<std::string> files = Files(2001);
  files.push_back("s3a://bucket/never/there");
  EXPECT_THAT(bench_.store.DeleteMany(files), IsOk());
  EXPECT_THAT(bench_.fake.keys(), IsEmpty());
  EXPECT_EQ(bench_.fake.counts()["POST delete"], 3);
  EXPECT_EQ(bench_.fake.counts()["DELETE"], 0);
}

TEST_F(S3ObjectStoreTest, ABatchGoesOnAfterAFailureAndReportsIt) {
  std::vector<std::string> files = Files(5);
  bench_.fake.undeletable["t/2"] = "AccessDenied";
  Status status = bench_.store.DeleteMany(files);
  ASSERT_THAT(status, IsError(ErrorCode::kForbidden));
  EXPECT_THAT(status.error().message(), ::testing::HasSubstr("s3://bucket/t/2"));
  EXPECT_THAT(bench_.fake.keys(), ElementsAre("t/2"));
}

TEST_F(S3ObjectStoreTest, AStoreWithoutBatchesDeletesOneByOne) {
  bench_.fake.has_batch_delete = false;
  EXPECT_THAT(bench_.store.DeleteMany(Files(5)), IsOk());
  EXPECT_THAT(bench_.fake.keys(), IsEmpty());
  EXPECT_EQ(bench_.fake.counts()["DELETE"], 5);
}

TEST_F(S3ObjectStoreTest, KeysOfAnyBytesAreWrittenListedAndDeleted) {
  std::vector<std::string> files;
  for (std::string_view name :
       {"a b", "a+b", "a%2Fb", "a&<>\"'b", "ü表", "a?b#c", "\xFF\xFE", "a=b;c"}) {
    files.push_back("s3://bucket/t/" + std::string(name));
    EXPECT_THAT(bench_.store.Write(files.back(), name, WriteMode::kCreateNew), IsOk());
    EXPECT_THAT(bench_.store.Read(files.back(), 100), IsOkAnd(name));
  }
  std::vector<std::string> listed;
  auto page = bench_.store.List("s3://bucket/t", {});
  ASSERT_THAT(page, IsOk());
  for (const ListedFile& file : page->files) {
    listed.push_back(file.location);
  }
  std::ranges::sort(files);
  EXPECT_EQ(listed, files);
  EXPECT_THAT(bench_.store.DeleteMany(files), IsOk());
  EXPECT_THAT(bench_.fake.keys(), IsEmpty());
}

TEST_F(S3ObjectStoreTest, FoldersThatConsolesMakeAreNotListed) {
  s3::S3Client client({bench_.fake, bench_.credentials, bench_.clock, bench_.sleeper}, Options());
  ASSERT_THAT(client.Put({"bucket", "t/"}, "", {}, "t/"), IsOk());
  ASSERT_THAT(client.Put({"bucket", "t/b/"}, "", {}, "t/b/"), IsOk());
  ASSERT_THAT(client.Put({"bucket", "t/c"}, "1", {}, "t/c"), IsOk());
  for (int32_t limit : {1, 2, 10}) {
    auto page = bench_.store.List("s3://bucket/t", {.limit = limit});
    ASSERT_THAT(page, IsOk());
    ASSERT_EQ(page->files.size(), 1U);
    EXPECT_EQ(page->files[0].location, "s3://bucket/t/c");
    EXPECT_EQ(page->files[0].stat.size_bytes, 1);
    EXPECT_EQ(page->files[0].stat.modified, TimestampMs(1'769'853'600'000));
    EXPECT_EQ(page->next, std::nullopt);
  }
}

TEST_F(S3ObjectStoreTest, AMissingBucketIsNoMissingFile) {
  EXPECT_THAT(bench_.store.Read("s3://other/a", 10), IsError(ErrorCode::kIoError));
  EXPECT_THAT(bench_.store.Delete("s3://other/a"), IsError(ErrorCode::kIoError));
  EXPECT_THAT(bench_.store.Write("s3://other/a", "", WriteMode::kCreateNew),
              IsError(ErrorCode::kIoError));
  EXPECT_THAT(bench_.store.List("s3://other/a", {}), IsError(ErrorCode::kIoError));
}

TEST_F(S3ObjectStoreTest, RefusedKeysAreTheServersFault) {
  aws::StaticCredentials wrong({.access_key_id = "key", .secret_access_key = "hunter2"});
  S3ObjectStore store({bench_.fake, wrong, bench_.clock, bench_.sleeper}, Options());
  auto refused = store.Read("s3://bucket/a", 10);
  ASSERT_THAT(refused, IsError(ErrorCode::kIoError));
  EXPECT_THAT(refused.error().Describe(), ::testing::Not(::testing::HasSubstr("hunter2")));
  aws::EnvironmentCredentials none([](std::string_view) { return std::nullopt; });
  S3ObjectStore without({bench_.fake, none, bench_.clock, bench_.sleeper}, Options());
  EXPECT_THAT(without.Read("s3://bucket/a", 10), IsError(ErrorCode::kIoError));
}

TEST_F(S3ObjectStoreTest, OtherSchemesAndTheBucketItselfAreRefused) {
  for (std::string location :
       {"file:///a", "gs://bucket/a", "s3://bucket", "s3://bucket/", "s3://bucket/a/"}) {
    EXPECT_THAT(bench_.store.Write(location, "", WriteMode::kOverwrite),
                IsError(ErrorCode::kInvalidArgument))
        << location;
  }
  std::string long_key = "s3://bucket/" + std::string(s3::kMaxKeyBytes + 1, 'k');
  EXPECT_THAT(bench_.store.Stat(long_key), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(bench_.fake.keys(), IsEmpty());
}

}  // namespace
}  // namespace firn::storage
