#include "server/config/catalog_profiles.h"

#include <fstream>

#include "base/testing/matchers.h"
#include "server/config/settings.h"
#include "storage/testing/test_folder.h"

namespace firn::config {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class CatalogProfilesTest : public ::testing::Test {
 protected:
  std::string Write(std::string_view text) {
    std::string path = folder_.At("firn.toml");
    std::ofstream(path) << text;
    return path;
  }
  storage::testing::TestFolder folder_;
};

TEST_F(CatalogProfilesTest, KeysAreFlat) {
  std::string file = Write(R"(
[server]
listen = "127.0.0.1:1"
[catalogs.prod]
uri = "http://c"
s3.path-style-access = true
rest.client.max-retries = 3
"header.X-A" = "b"
)");
  auto keys = LoadCatalogProfile(file, "prod");
  ASSERT_THAT(keys, IsOk());
  EXPECT_THAT(*keys, ElementsAre(Pair("header.X-A", "b"), Pair("rest.client.max-retries", "3"),
                                 Pair("s3.path-style-access", "true"), Pair("uri", "http://c")));
  EXPECT_THAT(Load({.file = file, .environment = {}, .flags = {}}), IsOk())
      << "the server passes over them";
}

TEST_F(CatalogProfilesTest, WhatIsWrongIsNamedWithoutValues) {
  std::string file = Write("[catalogs.prod]\ntoken = [\"s3cret\"]\n[catalogs.dev]\n");
  auto keys = LoadCatalogProfile(file, "prod");
  ASSERT_THAT(keys, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(keys.error().message(), HasSubstr("token"));
  EXPECT_THAT(keys.error().message(), Not(HasSubstr("s3cret")));
  keys = LoadCatalogProfile(file, "prdo");
  ASSERT_THAT(keys, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(keys.error().message(), HasSubstr("dev, prod"));
  EXPECT_THAT(LoadCatalogProfile(Write(""), "x"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(LoadCatalogProfile(folder_.At("none"), "x"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::config
