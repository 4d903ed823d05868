#include "catalog/sql/sql_options.h"

#include <filesystem>

#include "base/testing/matchers.h"

namespace firn::catalog::sql {
namespace {

using firn::testing::IsError;
using iceberg::PropertyMap;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

Result<SqlOptions> ParseUri(const std::string& uri, PropertyMap properties = {}) {
  properties.emplace("uri", uri);
  properties.emplace("warehouse", "/wh/");
  return ParseSqlOptions({.type = CatalogType::kSql, .properties = std::move(properties)});
}

TEST(SqlOptionsTest, AUriNamesAFile) {
  for (std::string uri :
       {"sqlite:////a/b.db", "sqlite+pysqlite:////a/b.db", "jdbc:sqlite:/a/b.db"}) {
    ASSERT_OK_AND_ASSIGN(auto options, ParseUri(uri));
    EXPECT_EQ(options.path, "/a/b.db");
    EXPECT_EQ(options.warehouse, "/wh");
    EXPECT_TRUE(options.postgres.empty());
  }
  ASSERT_OK_AND_ASSIGN(auto relative, ParseUri("sqlite:///b.db"));
  EXPECT_EQ(relative.path, (std::filesystem::current_path() / "b.db").string());
  for (std::string uri : {"sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://host/x",
                          "sqlite:///x?mode=memory", "jdbc:sqlite:file:x", "sqlite:///x/"}) {
    EXPECT_THAT(ParseUri(uri), IsError(ErrorCode::kInvalidArgument)) << uri;
  }
  EXPECT_THAT(ParseUri("jdbc:mysql://h/d"), IsError(ErrorCode::kUnsupported));
}

TEST(SqlOptionsTest, AUriNamesAPostgresDatabase) {
  for (std::string begin : {"postgresql://", "postgres://", "postgresql+psycopg2://",
                            "postgresql+psycopg://", "jdbc:postgresql://"}) {
    ASSERT_OK_AND_ASSIGN(auto options, ParseUri(begin + "me:p%40s%2Fs@db.example:5433/wh%20x"));
    EXPECT_THAT(options.postgres,
                ElementsAre(Pair("dbname", "wh x"), Pair("host", "db.example"),
                            Pair("password", "p@s/s"), Pair("port", "5433"), Pair("user", "me")))
        << begin;
  }
  ASSERT_OK_AND_ASSIGN(auto options, ParseUri("postgresql:///d?host=/run/x&sslmode=require"));
  EXPECT_THAT(options.postgres,
              ElementsAre(Pair("dbname", "d"), Pair("host", "/run/x"), Pair("sslmode", "require")));
  ASSERT_OK_AND_ASSIGN(options, ParseUri("postgresql://a,[::1]:7,[fe80::1]/d"));
  EXPECT_THAT(options.postgres,
              ElementsAre(Pair("dbname", "d"), Pair("host", "a,::1,fe80::1"), Pair("port", ",7,")));
}

TEST(SqlOptionsTest, JavasNamesAreTaken) {
  ASSERT_OK_AND_ASSIGN(
      auto options,
      ParseUri("jdbc:postgresql://h/d?currentSchema=ice&connectTimeout=3&ApplicationName=x",
               {{"jdbc.user", "me"}, {"jdbc.password", "p"}, {"jdbc.schema-version", "V1"}}));
  EXPECT_THAT(
      options.postgres,
      ElementsAre(Pair("application_name", "x"), Pair("connect_timeout", "3"), Pair("dbname", "d"),
                  Pair("host", "h"), Pair("options", "-c search_path=ice"), Pair("password", "p"),
                  Pair("user", "me")));
  // What the URI says counts.
  ASSERT_OK_AND_ASSIGN(options, ParseUri("postgresql://you@h/d", {{"user", "me"}}));
  EXPECT_EQ(options.postgres.at("user"), "you");
}

TEST(SqlOptionsTest, WhatKeepsALinkAliveIsPassedOn) {
  ASSERT_OK_AND_ASSIGN(auto options,
                       ParseUri("postgresql://h/d?keepalives=1&keepalives_idle=60"
                                "&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=9000",
                                {{"requirepeer", "postgres"}}));
  EXPECT_THAT(options.postgres,
              ElementsAre(Pair("dbname", "d"), Pair("host", "h"), Pair("keepalives", "1"),
                          Pair("keepalives_count", "3"), Pair("keepalives_idle", "60"),
                          Pair("keepalives_interval", "5"), Pair("requirepeer", "postgres"),
                          Pair("tcp_user_timeout", "9000")));
}

TEST(SqlOptionsTest, AParameterThatIsNotPassedOnIsNamed) {
  auto options = ParseUri("postgresql://u:p@h/d?sslmode=require&client_encoding=utf8");
  ASSERT_THAT(options, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(options.error().message(), HasSubstr("client_encoding"));
  // But not where it may be the rest of a password.
  for (const char* uri :
       {"jdbc:postgresql://h/d?password=a&secret=b", "postgresql://u:1?secret=b@h/d"}) {
    options = ParseUri(uri);
    ASSERT_THAT(options, IsError(ErrorCode::kInvalidArgument)) << uri;
    EXPECT_THAT(options.error().Describe(), Not(HasSubstr("secret"))) << uri;
  }
}

TEST(SqlOptionsTest, ABadUriIsRefusedWithoutItsPassword) {
  for (std::string uri : {"postgresql:h/d", "jdbc:postgresql:d", "postgresql://u:secret@h:x1/d",
                          "postgresql://u:secret/1@h/d", "postgresql://u:secret@h/d?nothing=1",
                          "postgresql://u:secret@h/d?secret", "postgresql://u:secret%00@h/d"}) {
    auto options = ParseUri(uri);
    ASSERT_THAT(options, IsError(ErrorCode::kInvalidArgument)) << uri;
    EXPECT_THAT(options.error().Describe(), Not(HasSubstr("secret")));
  }
  ASSERT_OK_AND_ASSIGN(auto options, ParseUri("postgresql://u:se@cret@h/d"));
  EXPECT_EQ(options.postgres.at("password"), "se@cret");
  EXPECT_EQ(options.postgres.at("host"), "h");
}

}  // namespace
}  // namespace firn::catalog::sql
