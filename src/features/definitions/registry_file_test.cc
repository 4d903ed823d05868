#include "features/definitions/registry_file.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "base/uuid.h"

namespace firn::features {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;

/// A registry with one view of that name.
std::string RegistryOf(const std::string& view) {
  const auto message = [](char tag, const std::string& bytes) {
    return std::string(1, tag) + static_cast<char>(bytes.size()) + bytes;
  };
  return message('\x32', message('\x0a', message('\x0a', view)));
}

class RegistryFileTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  /// As Feast does: a new file in the place of the old one.
  void Put(const std::string& bytes) {
    std::ofstream(folder_ / "new") << bytes;
    std::filesystem::rename(folder_ / "new", folder_ / "registry.db");
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("firn-registry-" + Uuid::Random().ToString());
  std::vector<ErrorCode> told_;
  RegistryFile file_{(folder_ / "registry.db").string(),
                     [this](LoadTrouble trouble, const Error& error) {
                       EXPECT_EQ(trouble, LoadTrouble::kFailed);
                       told_.push_back(error.code());
                     }};
};

TEST_F(RegistryFileTest, IsReadAgainWhereItHasChanged) {
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kNotFound));
  Put(RegistryOf("one"));
  auto first = file_.Load();
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ((*first)->views.at(0).name, "one");
  auto same = file_.Load();
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ(*first, *same);
  Put(RegistryOf("two"));
  auto second = file_.Load();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ((*second)->views.at(0).name, "two");
  EXPECT_EQ((*first)->views.at(0).name, "one");
}

TEST_F(RegistryFileTest, WaitsWhileFeastWritesIt) {
  Put("");
  std::jthread feast([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    Put(RegistryOf("one"));
  });
  EXPECT_THAT(file_.Load(), IsOk());
}

TEST_F(RegistryFileTest, WhyItCannotBeReadIsToldOnce) {
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(told_, ElementsAre(ErrorCode::kNotFound));
  Put(RegistryOf("one"));
  EXPECT_THAT(file_.Load(), IsOk());
  std::filesystem::remove(folder_ / "registry.db");
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(told_, ElementsAre(ErrorCode::kNotFound, ErrorCode::kNotFound));
}

TEST_F(RegistryFileTest, WhatIsNoRegistryIsAnError) {
  Put("no registry");
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kInvalidMetadata));
  Put(RegistryOf("one"));
  EXPECT_THAT(file_.Load(), IsOk());
  Put("");
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kUnavailable)) << "Feast is about to write it";
  std::filesystem::remove(folder_ / "registry.db");
  std::filesystem::create_directories(folder_ / "registry.db");
  EXPECT_THAT(file_.Load(), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace firn::features
