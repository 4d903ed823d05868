#include "catalog/catalog_config.h"

#include "base/testing/matchers.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::PropertyMap;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> Variables(std::string_view name) {
  return name == "SECRET" ? std::optional<std::string>("p$ss") : std::nullopt;
}

Result<CatalogConfig> Uri(std::string_view uri) { return ReadCatalogUri(uri, Variables); }
Result<CatalogConfig> Profile(const PropertyMap& keys) {
  return ReadCatalogProfile("prod", keys, Variables);
}

TEST(CatalogConfigTest, AUriIsTypeAndProperties) {
  ASSERT_OK_AND_ASSIGN(auto rest, Uri("https://host:8181/api?warehouse=a%20b&token=t=1"));
  EXPECT_EQ(rest.type, CatalogType::kRest);
  EXPECT_EQ(
      rest.properties,
      (PropertyMap{{"uri", "https://host:8181/api"}, {"warehouse", "a b"}, {"token", "t=1"}}));
  EXPECT_EQ(rest.name, "");
  ASSERT_OK_AND_ASSIGN(auto sql, Uri("sqlite:////tmp/c.db?warehouse=file:///tmp/wh&name=prod"));
  EXPECT_EQ(sql.type, CatalogType::kSql);
  EXPECT_EQ(sql.name, "prod");
  EXPECT_EQ(sql.properties,
            (PropertyMap{{"uri", "sqlite:////tmp/c.db"}, {"warehouse", "file:///tmp/wh"}}));
  EXPECT_EQ(Uri("jdbc:sqlite:c.db?warehouse=/wh").value().type, CatalogType::kSql);
}

TEST(CatalogConfigTest, KeysBesideAUri) {
  ASSERT_OK_AND_ASSIGN(auto config,
                       ReadCatalogUri("sqlite:///c.db?warehouse=/wh",
                                      {{"name", "prod"}, {"s3.region", "${SECRET}"}}, Variables));
  EXPECT_EQ(config.name, "prod");
  EXPECT_EQ(config.Get("s3.region"), "p$ss");
  for (const char* key : {"uri", "warehouse"}) {
    EXPECT_THAT(
        ReadCatalogUri("sqlite:///c.db?warehouse=/wh", {{key, "sqlite:///d.db"}}, Variables),
        IsError(ErrorCode::kInvalidArgument));
  }
}

TEST(CatalogConfigTest, BrokenUrisAreRefused) {
  for (std::string_view uri :
       {"", "prod", "ftp://host", "http://host?warehouse", "http://host?=x",
        "http://host?uri=http://other", "http://host?type=sql", "http://host?a=1&a=2"}) {
    EXPECT_THAT(Uri(uri), IsError(ErrorCode::kInvalidArgument)) << uri;
  }
  EXPECT_FALSE(LooksLikeCatalogUri("prod"));
  EXPECT_TRUE(LooksLikeCatalogUri("sqlite:///x"));
}

TEST(CatalogConfigTest, AProfileTellsTypeAndName) {
  ASSERT_OK_AND_ASSIGN(auto config, Profile({{"uri", "http://host"}}));
  EXPECT_EQ(config.type, CatalogType::kRest);
  EXPECT_EQ(config.name, "prod");
  ASSERT_OK_AND_ASSIGN(config, Profile({{"type", "sql"},
                                        {"name", "other"},
                                        {"uri", "sqlite:///c.db"},
                                        {"warehouse", "/wh"},
                                        {"s3.secret-access-key", "a${SECRET}b${SECRET}"}}));
  EXPECT_EQ(config.name, "other");
  EXPECT_EQ(config.Get("s3.secret-access-key"), "ap$ssbp$ss");
  EXPECT_EQ(config.Get("type"), "");
  EXPECT_THAT(Profile({{"type", "nessie"}, {"uri", "http://host"}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Profile({{"uri", "host:8181"}}), IsError(ErrorCode::kInvalidArgument));
}

TEST(CatalogConfigTest, AMissingVariableIsNamedAndNoValueShown) {
  for (std::string value : {"hidden${NO_SUCH}", "hidden${SECRET"}) {
    auto config = Profile({{"uri", "http://host"}, {"credential", value}});
    ASSERT_THAT(config, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(config.error().Describe(), HasSubstr("credential"));
    EXPECT_THAT(config.error().Describe(), Not(HasSubstr("hidden")));
  }
}

TEST(CatalogConfigTest, AMissingKeyIsNamedWithTheType) {
  struct Case {
    PropertyMap keys;
    std::string type;
    std::string missing;
  };
  for (const Case& missing : {Case{{{"type", "rest"}}, "rest", "uri"},
                              Case{{{"type", "sql"}, {"warehouse", "/wh"}}, "sql", "uri"},
                              Case{{{"uri", "sqlite:///c.db"}}, "sql", "warehouse"},
                              Case{{{"uri", "sqlite:///c"}, {"warehouse", ""}}, "sql", "warehouse"},
                              Case{{{"type", "glue"}}, "glue", "warehouse"},
                              Case{{{"type", "hive"}, {"warehouse", "/wh"}}, "hive", "uri"}}) {
    auto config = Profile(missing.keys);
    ASSERT_THAT(config, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(config.error().message(), HasSubstr("type " + missing.type));
    EXPECT_THAT(config.error().message(), HasSubstr("key " + missing.missing));
  }
  EXPECT_THAT(Profile({{"uri", "thrift://host:9083"}}), IsOk());
}

}  // namespace
}  // namespace firn::catalog
