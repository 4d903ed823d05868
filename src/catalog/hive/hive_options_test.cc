#include "catalog/hive/hive_options.h"

#include <array>
#include <vector>

#include "base/testing/matchers.h"

namespace firn::catalog::hive {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::PropertyMap;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Result<HiveOptions> Parse(PropertyMap properties) {
  properties.emplace("uri", "thrift://h");
  return ParseHiveOptions({.type = CatalogType::kHive, .properties = std::move(properties)},
                          [](std::string_view name) {
                            return name == "USER" ? std::optional<std::string>("me") : std::nullopt;
                          });
}

TEST(HiveOptionsTest, DefaultsAreThoseOfTheEcosystem) {
  ASSERT_OK_AND_ASSIGN(auto options, Parse({}));
  EXPECT_THAT(options.hosts, ElementsAre(HiveHost{"h", 9083}));
  EXPECT_EQ(options.user, "me");
  EXPECT_FALSE(options.tells_user);
  EXPECT_TRUE(options.lock.enabled);
  EXPECT_EQ(options.lock.timeout, milliseconds(180'000));
  EXPECT_EQ(options.zones, pointer::HiveZones::kLocal);
  EXPECT_EQ(options.framing, thrift::Framing::kNone);
  EXPECT_EQ(options.warehouse, "");
}

TEST(HiveOptionsTest, SeveralHosts) {
  ASSERT_OK_AND_ASSIGN(auto options, Parse({{"uri", "thrift://a:1,thrift://b/,thrift://[::1]:7"}}));
  EXPECT_THAT(options.hosts,
              ElementsAre(HiveHost{"a", 1}, HiveHost{"b", 9083}, HiveHost{"::1", 7}));
}

TEST(HiveOptionsTest, NamesOfPyIcebergAndOfJava) {
  ASSERT_OK_AND_ASSIGN(auto options,
                       Parse({{"ugi", "someone:a:b"},
                              {"warehouse", "s3://b/wh/"},
                              {"hive.hive2-compatible", "true"},
                              {"hive.metastore.thrift.framed.transport.enabled", "true"},
                              {"hive.metastore.client.socket.timeout", "500ms"},
                              {"iceberg.engine.hive.lock-enabled", "false"},
                              {"lock-check-min-wait-time", "0.25"},
                              {"lock-check-max-wait-time", "2"},
                              {"lock-check-retries", "9"},
                              {"iceberg.hive.lock-check-max-wait-ms", "700"}}));
  EXPECT_TRUE(options.tells_user);
  EXPECT_EQ(options.user, "someone");
  EXPECT_THAT(options.groups, ElementsAre("a", "b"));
  EXPECT_EQ(options.warehouse, "s3://b/wh");
  EXPECT_EQ(options.zones, pointer::HiveZones::kNone);
  EXPECT_EQ(options.framing, thrift::Framing::kFrames);
  EXPECT_EQ(options.socket_timeout, milliseconds(500));
  EXPECT_FALSE(options.lock.enabled);
  EXPECT_EQ(options.lock.min_wait, milliseconds(250));
  EXPECT_EQ(options.lock.max_wait, milliseconds(700));
  EXPECT_EQ(options.lock.max_looks, 9);
  ASSERT_OK_AND_ASSIGN(options, Parse({{"hive.metastore.client.socket.timeout", "90"}}));
  EXPECT_EQ(options.socket_timeout, milliseconds(90'000));
  EXPECT_THAT(options.groups, IsEmpty());
}

TEST(HiveOptionsTest, BadOnesAreToldByNameAndNoValueShown) {
  for (std::string uri : {"hidden://h", "thrift://", "thrift://:9083", "thrift://h:hidden",
                          "thrift://h:0", "thrift://h:99999", "thrift://u:hidden@h", "thrift://a,",
                          "thrift://[::1", "thrift://h/hidden"}) {
    auto parsed = Parse({{"uri", uri}});
    ASSERT_THAT(parsed, IsError(ErrorCode::kInvalidArgument)) << uri;
    EXPECT_THAT(parsed.error().Describe(), HasSubstr("uri"));
    EXPECT_THAT(parsed.error().Describe(), Not(HasSubstr("hidden")));
  }
  for (std::string name :
       {"hive.hive2-compatible", "hive.metastore.client.socket.timeout",
        "iceberg.engine.hive.lock-enabled", "iceberg.hive.lock-timeout-ms",
        "lock-check-min-wait-time", "lock-check-retries", "hive.kerberos-authentication"}) {
    auto parsed = Parse({{name, "hidden"}});
    ASSERT_THAT(parsed, IsError(ErrorCode::kInvalidArgument)) << name;
    EXPECT_THAT(parsed.error().Describe(), HasSubstr(name));
    EXPECT_THAT(parsed.error().Describe(), Not(HasSubstr("hidden")));
  }
  EXPECT_THAT(Parse({{"hive.metastore.client.socket.timeout", "300s"}}),
              IsError(ErrorCode::kInvalidArgument))
      << "a lock would end before the call";
  for (auto [name, most, more] :
       {std::array{"iceberg.hive.lock-check-min-wait-ms", "120000", "120001"},
        std::array{"iceberg.hive.lock-check-max-wait-ms", "120000", "120001"},
        std::array{"lock-check-min-wait-time", "120", "120.5"},
        std::array{"lock-check-max-wait-time", "120", "120.5"}}) {
    EXPECT_THAT(Parse({{name, most}}), IsOk());
    EXPECT_THAT(Parse({{name, more}}), IsError(ErrorCode::kInvalidArgument))
        << "a lock would end between two looks";
  }
}

TEST(HiveOptionsTest, WhatIsNotSpokenIsRefused) {
  for (std::string name :
       {"hive.kerberos-authentication", "hive.metastore.sasl.enabled", "hive.metastore.use.SSL",
        "hive.metastore.thrift.compact.protocol.enabled"}) {
    auto parsed = Parse({{name, "true"}});
    ASSERT_THAT(parsed, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(parsed.error().message(), HasSubstr(name));
  }
}

}  // namespace
}  // namespace firn::catalog::hive
