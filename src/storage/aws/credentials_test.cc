#include "storage/aws/credentials.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "storage/aws/profile_file.h"

namespace firn::storage::aws {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() : home_(fs::temp_directory_path() / ("firn-" + Uuid::Random().ToString())) {
    fs::create_directories(home_ / ".aws");
    environment_["HOME"] = home_.string();
  }
  ~CredentialsTest() override { fs::remove_all(home_); }

  EnvironmentLookup Lookup() {
    return [this](std::string_view name) -> std::optional<std::string> {
      auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    };
  }

  void WriteFile(const std::string& name, std::string_view text) {
    std::ofstream(home_ / ".aws" / name) << text;
  }

  fs::path home_;
  std::map<std::string, std::string, std::less<>> environment_;
  ManualClock clock_{TimestampMs(0)};
};

TEST_F(CredentialsTest, FromTheEnvironment) {
  EnvironmentCredentials provider(Lookup());
  EXPECT_THAT(provider.Get(), IsError(ErrorCode::kUnauthenticated));
  environment_["AWS_ACCESS_KEY_ID"] = "id";
  EXPECT_THAT(provider.Get(), IsError(ErrorCode::kUnauthenticated));
  environment_["AWS_SECRET_ACCESS_KEY"] = "secret";
  EXPECT_THAT(provider.Get(), IsOkAnd(Credentials{"id", "secret", ""}));
  environment_["AWS_SESSION_TOKEN"] = "token";
  EXPECT_THAT(provider.Get(), IsOkAnd(Credentials{"id", "secret", "token"}));
}

TEST_F(CredentialsTest, FromProfileFiles) {
  WriteFile("credentials",
            "# comment\n[default]\naws_access_key_id = d\naws_secret_access_key=ds\n"
            "[ work ]\r\naws_access_key_id = w # mine\r\naws_secret_access_key = ws#1\r\n"
            "aws_session_token = wt\r\n[half]\naws_access_key_id = h\n");
  WriteFile("config",
            "[default]\nregion = eu-west-1\n[profile work]\nregion=eu-north-1\n"
            "aws_access_key_id = not-this\ns3 =\n  max_concurrent_requests = 20\n");
  ProfileCredentials plain(Lookup(), "", clock_);
  EXPECT_THAT(plain.Get(), IsOkAnd(Credentials{"d", "ds", ""}));
  ProfileCredentials work(Lookup(), "work", clock_);
  EXPECT_THAT(work.Get(), IsOkAnd(Credentials{"w", "ws#1", "wt"}));
  EXPECT_EQ(LoadProfile(Lookup(), "work")->region, "eu-north-1");
  EXPECT_EQ(LoadProfile(Lookup(), "")->region, "eu-west-1");
  environment_["AWS_PROFILE"] = "work";
  EXPECT_EQ(LoadProfile(Lookup(), "")->name, "work");
  for (std::string name : {"half", "none"}) {
    ProfileCredentials without(Lookup(), name, clock_);
    EXPECT_THAT(without.Get(), IsError(ErrorCode::kUnauthenticated));
  }
}

TEST_F(CredentialsTest, RenewedKeysAreTakenUp) {
  WriteFile("credentials", "[default]\naws_access_key_id=a\naws_secret_access_key=s\n");
  ProfileCredentials provider(Lookup(), "", clock_);
  EXPECT_THAT(provider.Get(), IsOkAnd(Credentials{"a", "s", ""}));
  WriteFile("credentials", "[default]\naws_access_key_id=b\naws_secret_access_key=t\n");
  EXPECT_THAT(provider.Get(), IsOkAnd(Credentials{"a", "s", ""}));
  clock_.Advance(ProfileCredentials::kProfileLifetime);
  EXPECT_THAT(provider.Get(), IsOkAnd(Credentials{"b", "t", ""}));
}

TEST_F(CredentialsTest, FilesMayLieElsewhere) {
  WriteFile("other", "[default]\naws_access_key_id=o\naws_secret_access_key=s\n");
  environment_["AWS_SHARED_CREDENTIALS_FILE"] = (home_ / ".aws/other").string();
  ProfileCredentials provider(Lookup(), "", clock_);
  EXPECT_THAT(provider.Get(), IsOkAnd(Credentials{"o", "s", ""}));
  environment_.clear();
  ProfileCredentials homeless(Lookup(), "", clock_);
  EXPECT_THAT(homeless.Get(), IsError(ErrorCode::kUnauthenticated));
}

TEST_F(CredentialsTest, AFileBeyondItsLimitIsRefused) {
  WriteFile("credentials", std::string(static_cast<size_t>(kMaxProfileFileBytes) + 1, '#'));
  ProfileCredentials provider(Lookup(), "", clock_);
  EXPECT_THAT(provider.Get(), IsError(ErrorCode::kIoError));
}

TEST_F(CredentialsTest, TheChainTakesTheFirstAndNamesAllPlaces) {
  std::vector<std::unique_ptr<CredentialsProvider>> providers;
  providers.push_back(std::make_unique<EnvironmentCredentials>(Lookup()));
  providers.push_back(std::make_unique<ProfileCredentials>(Lookup(), "", clock_));
  ChainedCredentials chain(std::move(providers));
  auto none = chain.Get();
  ASSERT_THAT(none, IsError(ErrorCode::kUnauthenticated));
  EXPECT_THAT(none.error().message(), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(none.error().message(), HasSubstr("profile"));
  WriteFile("credentials", "[default]\naws_access_key_id=p\naws_secret_access_key=s3cr3t\n");
  EXPECT_THAT(chain.Get(), IsOkAnd(Credentials{"p", "s3cr3t", ""}));
  environment_["AWS_ACCESS_KEY_ID"] = "e";
  environment_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_THAT(chain.Get(), IsOkAnd(Credentials{"e", "s", ""}));
}

TEST(ProfileFileTest, OddLinesArePassedOver) {
  EXPECT_THAT(ReadSection("x=1\n[a]\nno equals\n b = 2\nc==3\n[b]\nd=4\n[a]\ne = 5 ; why\n", "a"),
              UnorderedElementsAre(Pair("c", "=3"), Pair("e", "5")));
  EXPECT_TRUE(ReadSection("[a\nb=1", "a").contains("b"));
  EXPECT_TRUE(ReadSection("", "a").empty());
  EXPECT_TRUE(ReadSection("[", "").empty());
}

}  // namespace
}  // namespace firn::storage::aws
