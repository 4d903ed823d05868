#include "features/definitions/sql/registry_url.h"

#include <filesystem>

#include "base/testing/matchers.h"
#include "features/definitions/sql/open_definitions.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(RegistryUrlTest, SqliteNamesAFile) {
  const std::string here = std::filesystem::current_path().string();
  for (const auto& [url, path] : {
           std::pair<std::string, std::string>{"sqlite:////a/b.db", "/a/b.db"},
           {"sqlite+pysqlite:////a/b.db", "/a/b.db"},
           {"sqlite:///data/b.db", here + "/data/b.db"},
           {"sqlite:////a/with%20space%3F.db", "/a/with space?.db"},
       }) {
    ASSERT_OK_AND_ASSIGN(auto read, ParseRegistryUrl(url));
    EXPECT_EQ(read.engine, RegistryEngine::kSqlite);
    EXPECT_EQ(read.options.path, path);
    EXPECT_EQ(read.shown, "sqlite:///" + path);
  }
  for (const char* url : {"sqlite://", "sqlite:///", "sqlite:///:memory:",
                          "sqlite:///file:a?uri=true", "sqlite:///file:a", "sqlite://host/a",
                          "sqlite:////a/b.db?timeout=5", "sqlite:////a/", "sqlite:////a%00b"}) {
    EXPECT_THAT(ParseRegistryUrl(url), IsError(ErrorCode::kInvalidArgument)) << url;
  }
}

TEST(RegistryUrlTest, PostgresNamesADatabase) {
  for (const char* name : {"postgresql", "postgresql+psycopg", "postgresql+psycopg2"}) {
    ASSERT_OK_AND_ASSIGN(auto read,
                         ParseRegistryUrl(std::string(name) + "://me:p%40s@db.example:5433/feast"));
    EXPECT_EQ(read.engine, RegistryEngine::kPostgres);
    EXPECT_THAT(read.options.postgres,
                ElementsAre(Pair("dbname", "feast"), Pair("host", "db.example"),
                            Pair("password", "p@s"), Pair("port", "5433"), Pair("user", "me")));
    EXPECT_EQ(read.shown, "postgresql://db.example:5433/feast");
  }
  ASSERT_OK_AND_ASSIGN(
      auto read, ParseRegistryUrl("postgresql://me@/d?host=/run/x&options=-c+search_path%3Dfs"));
  EXPECT_THAT(read.options.postgres,
              ElementsAre(Pair("dbname", "d"), Pair("host", "/run/x"),
                          Pair("options", "-c search_path=fs"), Pair("user", "me")));
  ASSERT_OK_AND_ASSIGN(read, ParseRegistryUrl("postgresql://[::1]:7/d"));
  EXPECT_THAT(read.options.postgres,
              ElementsAre(Pair("dbname", "d"), Pair("host", "::1"), Pair("port", "7")));
  ASSERT_OK_AND_ASSIGN(read, ParseRegistryUrl("postgresql://"));
  EXPECT_THAT(read.options.postgres, ElementsAre());
}

TEST(RegistryUrlTest, APasswordEndsAtTheFirstAt) {
  for (const auto& [url, password] : {
           std::pair<std::string, std::string>{"postgresql://me:a/b@h/d", "a/b"},
           {"postgresql://me:a?b=c&d@h/d", "a?b=c&d"},
           {"postgresql://me:a:b@h/d", "a:b"},
           {"postgresql://me:a+b%2Fc@h/d", "a+b/c"},
       }) {
    ASSERT_OK_AND_ASSIGN(auto read, ParseRegistryUrl(url));
    EXPECT_THAT(read.options.postgres, ElementsAre(Pair("dbname", "d"), Pair("host", "h"),
                                                   Pair("password", password), Pair("user", "me")));
    EXPECT_EQ(read.shown, "postgresql://h/d");
  }
  ASSERT_OK_AND_ASSIGN(auto read, ParseRegistryUrl("postgresql://me@h:1/d"));
  EXPECT_EQ(read.options.postgres.at("user"), "me");
}

TEST(RegistryUrlTest, ErrorsHaveNoValues) {
  for (const char* url : {
           "postgresql://me:hunter2@hunter2@h/d",
           "postgresql://me:hunter@hunter2/x@h/d",
           "postgresql://me:hunter@h/d?password=hunter2@x",
           "postgresql://me:hunter2@h:hunter2/d",
           "postgresql://me:hunter2@h/d?hunter2",
           "postgresql://me:hunter2@h/d?hunter2=hunter2",
           "postgresql://me:hunter2%00@h/d",
       }) {
    auto read = ParseRegistryUrl(url);
    ASSERT_THAT(read, IsError(ErrorCode::kInvalidArgument)) << url;
    EXPECT_THAT(read.error().Describe(), Not(HasSubstr("hunter"))) << url;
  }
}

TEST(RegistryUrlTest, OtherDatabasesAreRefusedByName) {
  for (const char* name : {"mysql+pymysql", "postgres", "postgresql+asyncpg", "sqlite+aiosqlite",
                           "snowflake", "s3", "file"}) {
    const std::string url = std::string(name) + "://me:hunter2@h/d";
    EXPECT_TRUE(IsRegistryUrl(url));
    auto read = ParseRegistryUrl(url);
    ASSERT_THAT(read, IsError(ErrorCode::kInvalidArgument)) << url;
    EXPECT_THAT(read.error().message(), HasSubstr(name));
    EXPECT_THAT(read.error().Describe(), Not(HasSubstr("hunter2")));
  }
}

TEST(OpenDefinitionsTest, APathIsAFile) {
  for (const char* path :
       {"registry.db", "/a/b:/c", "sqlite/registry.db", "postgres-15/a+b", "a@b:c", ""}) {
    EXPECT_FALSE(IsRegistryUrl(path));
    ASSERT_OK_AND_ASSIGN(auto definitions, OpenDefinitions(path, nullptr));
    EXPECT_EQ(definitions->name(), path);
  }
}

TEST(OpenDefinitionsTest, BlanksAroundAPlaceAreNothing) {
  ASSERT_OK_AND_ASSIGN(auto definitions, OpenDefinitions(" \tregistry file.db\r\n", nullptr));
  EXPECT_EQ(definitions->name(), "registry file.db");
  ASSERT_OK_AND_ASSIGN(definitions,
                       OpenDefinitions(" postgresql+psycopg://me:hunter2@h/d\n", nullptr));
  EXPECT_EQ(definitions->name(), "postgresql://h/d");
}

TEST(OpenDefinitionsTest, AMistypedUrlIsNoFile) {
  for (const char* text : {
           "postgresql:/me:hunter2@h/d",
           "postgresql+psycopg2:me:hunter2@h",
           "postgresql:me:hunter2@h/d",
           "postgresql//me:hunter2@h/d",
           "postgresql;//me:hunter2@h/d",
           "postgresql+psycopg :// me:hunter2@h/d",
           "'postgresql://me:hunter2@h/d'",
           "postgres:me:hunter2@h/d",
           "PostgreSQL:/me:hunter2@h/d",
           "jdbc:postgresql:d?password=hunter2",
           "jdbc:postgresql://h/d?password=hunter2",
           "sqlite:registry.db?hunter2",
           "sqlite+pysqlite:/hunter2",
           "://me:hunter2@h",
           "/a/b://hunter2",
       }) {
    EXPECT_FALSE(IsRegistryUrl(text)) << text;
    auto opened = OpenDefinitions(text, nullptr);
    ASSERT_THAT(opened, IsError(ErrorCode::kInvalidArgument)) << text;
    EXPECT_THAT(opened.error().Describe(), Not(HasSubstr("hunter2"))) << text;
  }
}

TEST(OpenDefinitionsTest, AUrlIsADatabase) {
  ASSERT_OK_AND_ASSIGN(auto definitions,
                       OpenDefinitions("postgresql://me:hunter2@127.0.0.1:1/d", nullptr));
  EXPECT_EQ(definitions->name(), "postgresql://127.0.0.1:1/d");
  auto loaded = definitions->Load();
  ASSERT_THAT(loaded, IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(loaded.error().Describe(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(OpenDefinitions("mysql://h/d", nullptr), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::features
