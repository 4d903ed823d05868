#include "catalog/open/open_catalog.h"

#include <algorithm>
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

TEST(OpenCatalogTest, ACatalogThatGivesNoAnswerHasOneHint) {
  const iceberg::PropertyMap glue = {{"type", "glue"},
                                     {"warehouse", "s3://b/w"},
                                     {"glue.endpoint", "http://127.0.0.1:1"},
                                     {"glue.region", "eu-test-1"},
                                     {"glue.access-key-id", "key"},
                                     {"glue.secret-access-key", "secret"},
                                     {"glue.max-retries", "0"}};
  const auto variables = ProcessEnvironment().variables;
  for (const auto& read :
       {ReadCatalogUri("http://127.0.0.1:1?rest.client.max-retries=0", variables),
        ReadCatalogUri("postgresql://127.0.0.1:1/d?warehouse=file:///wh", variables),
        ReadCatalogUri("thrift://127.0.0.1:1?hive.metastore.client.socket.timeout=1s", variables),
        ReadCatalogProfile("", glue, variables)}) {
    ASSERT_THAT(read, IsOk());
    auto catalog = OpenCatalog(*read, ProcessEnvironment());
    ASSERT_EQ(catalog.has_value(), read->type != CatalogType::kRest) << "who is asked at once";
    auto listed = catalog.has_value() ? (*catalog)->ListNamespaces({}) : Error(catalog.error());
    ASSERT_THAT(listed, IsError(ErrorCode::kUnavailable));
    EXPECT_EQ(std::ranges::count(listed.error().context(), "hint",
                                 &std::pair<std::string, std::string>::first),
              1)
        << listed.error().Describe();
  }
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
