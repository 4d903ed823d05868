#include "server/config/settings.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/testing/matchers.h"

namespace firn::config {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

class SettingsFile {
 public:
  explicit SettingsFile(std::string_view text)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("settings_" + std::to_string(reinterpret_cast<uintptr_t>(this)) + ".toml")) {
    std::ofstream(path_) << text;
  }
  ~SettingsFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(SettingsTest, DefaultsComeFromTheTable) {
  ASSERT_OK_AND_ASSIGN(Loaded loaded, Load({}));
  EXPECT_EQ(loaded.settings.listen, "127.0.0.1:8181");
  EXPECT_EQ(loaded.settings.drain_timeout, std::chrono::seconds(30));
  EXPECT_EQ(loaded.settings.max_body_bytes.bytes, 32U << 20);
  EXPECT_TRUE(loaded.sources.empty());
}

TEST(SettingsTest, EveryDefaultPrintsAsItIsWritten) {
  ASSERT_OK_AND_ASSIGN(Loaded loaded, Load({}));
  for (const Key& key : Keys()) {
    EXPECT_EQ(ToText(loaded.settings, key), key.default_value) << key.name;
    EXPECT_FALSE(key.help.empty()) << key.name;
  }
}

TEST(SettingsTest, S3KeysHaveTheNamesOfTheEcosystem) {
  SettingsFile file(
      "[s3]\nendpoint = \"http://h:1\"\npath-style-access = true\n"
      "[s3.retry]\nnum-retries = 2\n");
  ASSERT_OK_AND_ASSIGN(
      Loaded loaded,
      Load({.file = file.path(),
            .environment = {"FIRN_S3_ACCESS_KEY_ID=a", "FIRN_S3_SECRET_ACCESS_KEY=b"}}));
  EXPECT_EQ(loaded.settings.s3_endpoint, "http://h:1");
  EXPECT_EQ(loaded.settings.s3_path_style_access, "true");
  EXPECT_EQ(loaded.settings.s3_retry_num_retries, "2");
  EXPECT_EQ(loaded.settings.s3_access_key_id, "a");
  EXPECT_EQ(loaded.settings.s3_secret_access_key, "b");
  for (const Key& key : Keys()) {
    bool secret = key.name.contains("secret") || key.name.contains("token");
    EXPECT_EQ(key.hidden == Hidden::kAll, secret) << key.name;
  }
}

TEST(SettingsTest, SecretsAreNotShown) {
  const auto shown = [](const char* name, std::string_view value) {
    Settings settings;
    EXPECT_THAT(SetFromText(settings, *FindKey(name), value), IsOk());
    EXPECT_EQ(ToText(settings, *FindKey(name)), value);
    return ToShownText(settings, *FindKey(name));
  };
  EXPECT_EQ(shown("s3.secret-access-key", "x"), "(secret)");
  EXPECT_EQ(shown("s3.secret-access-key", ""), "");
  const char* registry = "features.registry";
  EXPECT_EQ(shown(registry, "postgresql://u:p/q?r@h:1/d"), "postgresql://(secret)");
  EXPECT_EQ(shown(registry, "postgresql://h/d?password=x"), "postgresql://(secret)");
  for (const char* plain : {"postgresql://h:1/d", "sqlite:////a/b.db", "/a@b/registry.db"}) {
    EXPECT_EQ(shown(registry, plain), plain);
  }
  EXPECT_EQ(shown("s3.endpoint", "https://me:p@h"), "https://(secret)");
  EXPECT_EQ(shown("database.url", "postgresql://me:p@h/d"), "postgresql://(secret)");
  const char* location = "s3://bucket/team@x/password";
  EXPECT_EQ(shown("warehouse.location", location), location) << "a name with an @ is no secret";
  EXPECT_EQ(shown("storage.allowed_locations", location), location);
}

TEST(SettingsTest, FlagBeatsEnvironmentBeatsFile) {
  SettingsFile file("[server]\nlisten = \"1.1.1.1:1\"\nio_threads = 3\nworker_threads = 5\n");
  ASSERT_OK_AND_ASSIGN(Loaded loaded,
                       Load({.file = file.path(),
                             .environment = {"FIRN_SERVER_LISTEN=2.2.2.2:2",
                                             "FIRN_SERVER_IO_THREADS=4", "PATH=/bin"},
                             .flags = {{"server.listen", "3.3.3.3:3"}}}));
  EXPECT_EQ(loaded.settings.listen, "3.3.3.3:3");
  EXPECT_EQ(loaded.settings.io_threads, 4);
  EXPECT_EQ(loaded.settings.worker_threads, 5);
  EXPECT_EQ(loaded.sources.at("server.listen"), Source::kFlag);
  EXPECT_EQ(loaded.sources.at("server.io_threads"), Source::kEnvironment);
  EXPECT_EQ(loaded.sources.at("server.worker_threads"), Source::kFile);
}

TEST(SettingsTest, UnknownKeysNameTheNearest) {
  SettingsFile file("[server]\nlisten_to = \"x\"\n");
  auto from_file = Load({.file = file.path()});
  ASSERT_THAT(from_file, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(from_file.error().message(), HasSubstr("server.listen"));
  EXPECT_THAT(Load({.environment = {"FIRN_SERVER_LISTN=x"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Load({.environment = {"FIRN_HOME=x", "FIRN_CRASH_POINT=x"}}), IsOk());
  EXPECT_THAT(Load({.flags = {{"nonsense", "x"}}}), IsError(ErrorCode::kInvalidArgument));
}

TEST(SettingsTest, BadValuesAreRefused) {
  for (const auto& [key, text] :
       std::vector<std::pair<std::string, std::string>>{{"server.io_threads", "-1"},
                                                        {"server.io_threads", "many"},
                                                        {"server.drain_timeout", "30"},
                                                        {"server.drain_timeout", "30 s"},
                                                        {"server.max_body_bytes", "5MB"},
                                                        {"server.max_body_bytes", "99999999999GiB"},
                                                        {"catalog.max_metadata_bytes", "0"},
                                                        {"catalog.max_metadata_bytes", "1025MiB"},
                                                        {"log.access", "yes"},
                                                        {"server.request_timeout", "31s"},
                                                        {"server.listen", "nowhere"}}) {
    EXPECT_THAT(Load({.flags = {{key, text}}}), IsError(ErrorCode::kInvalidArgument))
        << key << "=" << text;
  }
}

TEST(SettingsTest, ListsAreSplit) {
  SettingsFile file("storage.allowed_locations = [\"file:/a\", \"file:/b\"]\n");
  ASSERT_OK_AND_ASSIGN(Loaded loaded, Load({.file = file.path()}));
  EXPECT_EQ(loaded.settings.allowed_locations, (StringList{"file:/a", "file:/b"}));
  ASSERT_OK_AND_ASSIGN(loaded, Load({.flags = {{"storage.allowed_locations", " file:/c ,x"}}}));
  EXPECT_EQ(loaded.settings.allowed_locations, (StringList{"file:/c", "x"}));
}

TEST(SettingsTest, BrokenFilesAreRefused) {
  SettingsFile file("[server\n");
  EXPECT_THAT(Load({.file = file.path()}), IsError(ErrorCode::kInvalidArgument));
}

TEST(SettingsTest, AFileThatCannotBeReadSaysWhy) {
  auto missing = Load({.file = "/nonexistent/firn.toml"});
  ASSERT_THAT(missing, IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(missing.error().message(),
            "Cannot read /nonexistent/firn.toml: No such file or directory");
  auto folder = Load({.file = "/"});
  ASSERT_THAT(folder, IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(folder.error().message(), "Cannot read /: Is a directory");
}

}  // namespace
}  // namespace firn::config
