#include "server/features/warehouse_files.h"

#include "base/testing/matchers.h"
#include "server/service/testing/test_catalog.h"
#include "storage/memory_object_store.h"

namespace firn::server_features {
namespace {

using testing::IsError;
using testing::IsOk;
using testing::IsOkAnd;

TEST(WarehouseFilesTest, OnlyFilesOfTheWarehouseAreRead) {
  SystemClock clock;
  storage::InMemoryObjectStore files(clock);
  service::testing::TestCatalog catalog(files);
  for (const char* location : {"s3://warehouse/ns/a", "s3://other/ns/a", "s3://warehouse2/a"}) {
    ASSERT_THAT(files.Write(location, "bytes", storage::WriteMode::kCreateNew), IsOk());
  }
  WarehouseFiles seen(catalog.environment(), catalog.call().warehouse, FileAccess::kRead);
  EXPECT_THAT(seen.Read("s3://warehouse/ns/a", 10), IsOkAnd(std::string("bytes")));
  EXPECT_THAT(seen.ReadRange("s3://warehouse/ns/a", 1, 2), IsOkAnd(std::string("yt")));
  EXPECT_THAT(seen.OpenLocal("s3://warehouse/ns/a"), IsOk());
  EXPECT_THAT(seen.Stat("s3://warehouse/ns/a"), IsOk());
  EXPECT_THAT(seen.List("s3://warehouse/ns", {}), IsOk());
  for (const char* location : {"s3://other/ns/a", "s3://warehouse2/a", "file:///etc/passwd",
                               "s3://warehouse/../other/ns/a"}) {
    EXPECT_THAT(seen.Check(location), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_THAT(seen.Read(location, 10), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_THAT(seen.ReadRange(location, 0, 1), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_THAT(seen.OpenLocal(location), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_THAT(seen.Stat(location), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_THAT(seen.List(location, {}), IsError(ErrorCode::kForbidden)) << location;
  }
}

TEST(WarehouseFilesTest, NothingIsChanged) {
  SystemClock clock;
  storage::InMemoryObjectStore files(clock);
  service::testing::TestCatalog catalog(files);
  WarehouseFiles seen(catalog.environment(), catalog.call().warehouse, FileAccess::kRead);
  EXPECT_THAT(seen.Write("s3://warehouse/x", "", storage::WriteMode::kCreateNew),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(seen.Delete("s3://warehouse/x"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(seen.EnsureDirectory("s3://warehouse/x"), IsError(ErrorCode::kUnsupported));
}

TEST(WarehouseFilesTest, WhoMayWriteWritesInTheWarehouseAlone) {
  SystemClock clock;
  storage::InMemoryObjectStore files(clock);
  service::testing::TestCatalog catalog(files);
  WarehouseFiles seen(catalog.environment(), catalog.call().warehouse, FileAccess::kWrite);
  EXPECT_THAT(seen.EnsureDirectory("s3://warehouse/x"), IsOk());
  EXPECT_THAT(seen.Write("s3://warehouse/x/y", "1", storage::WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(seen.Delete("s3://warehouse/x/y"), IsOk());
  EXPECT_THAT(seen.Write("s3://other/y", "1", storage::WriteMode::kCreateNew),
              IsError(ErrorCode::kForbidden));
  EXPECT_THAT(seen.Delete("s3://other/y"), IsError(ErrorCode::kForbidden));
}

}  // namespace
}  // namespace firn::server_features
