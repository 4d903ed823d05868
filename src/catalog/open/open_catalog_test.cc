#include "catalog/open/open_catalog.h"

#include <filesystem>

#include "base/testing/matchers.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

/// Any request ends the test.
class NoNetwork final : public storage::http::HttpTransport {
 public:
  Result<storage::http::HttpResponse> RoundTrip(const storage::http::HttpRequest& request,
                                                MonotonicTime) override {
    ADD_FAILURE() << request.url;
    return Error(ErrorCode::kUnavailable, "no network");
  }
};

TEST(OpenCatalogTest, AMissingKeyIsToldBeforeAnyRequest) {
  NoNetwork network;
  CatalogEnvironment environment = ProcessEnvironment();
  environment.transport = &network;
  for (CatalogType type :
       {CatalogType::kRest, CatalogType::kSql, CatalogType::kGlue, CatalogType::kHive}) {
    EXPECT_THAT(OpenCatalog({.type = type}, environment), IsError(ErrorCode::kInvalidArgument));
  }
}

TEST(OpenCatalogTest, AHiveMetastoreIsNotAskedBeforeItIsUsed) {
  ASSERT_OK_AND_ASSIGN(
      auto config, ReadCatalogUri("thrift://127.0.0.1:1?hive.metastore.client.socket.timeout=1s",
                                  ProcessEnvironment().variables));
  ASSERT_OK_AND_ASSIGN(auto catalog, OpenCatalog(config, ProcessEnvironment()));
  EXPECT_THAT(catalog->ListNamespaces({}), IsError(ErrorCode::kUnavailable));
}

TEST(OpenCatalogTest, AUriOpensItsCatalog) {
  storage::testing::TestFolder folder;
  ASSERT_OK_AND_ASSIGN(auto config, ReadCatalogUri("sqlite:///" + folder.At("c.db") +
                                                       "?warehouse=" + folder.At("wh"),
                                                   ProcessEnvironment().variables));
  ASSERT_OK_AND_ASSIGN(auto catalog, OpenCatalog(config, ProcessEnvironment()));
  ASSERT_THAT(catalog->CreateNamespace({{"db"}}, {}), IsOk());
  EXPECT_TRUE(std::filesystem::exists(folder.At("c.db")));
}

}  // namespace
}  // namespace firn::catalog
