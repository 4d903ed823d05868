#include "cli/data/output_file.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/testing/matchers.h"
#include "base/uuid.h"

namespace firn::cli {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::KilledBySignal;

class OutputFileTest : public ::testing::TestWithParam<PartFile> {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path() const { return (folder_ / "rows").string(); }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  std::string Content() const {
    std::ifstream file(Path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void Put(std::string_view text) const { std::ofstream(Path()) << text; }
  /// Opens, writes and closes.
  std::unique_ptr<OutputFile> Written(std::string_view text) const {
    auto file = OutputFile::Open(Path(), GetParam());
    if (!file.has_value() ||
        ::write((*file)->descriptor(), text.data(), text.size()) != std::ssize(text) ||
        ::close((*file)->descriptor()) != 0) {
      std::abort();
    }
    return *std::move(file);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("firn-output-" + Uuid::Random().ToString());
};

INSTANTIATE_TEST_SUITE_P(Parts,
                         OutputFileTest,
                         ::testing::Values(PartFile::kUnnamed, PartFile::kNamed));

TEST_P(OutputFileTest, AppearsWhenItIsComplete) {
  auto file = Written("new");
  EXPECT_FALSE(std::filesystem::exists(Path()));
  ASSERT_THAT(file->Finish(), IsOk());
  EXPECT_EQ(Content(), "new");
  file.reset();
  EXPECT_THAT(Names(), ElementsAre("rows"));
}

TEST_P(OutputFileTest, TheOldOneStaysUntilThen) {
  Put("old");
  std::filesystem::permissions(Path(), std::filesystem::perms(0640));
  auto file = Written("new");
  EXPECT_EQ(Content(), "old");
  ASSERT_THAT(file->Finish(), IsOk());
  EXPECT_EQ(Content(), "new");
  EXPECT_EQ(std::filesystem::status(Path()).permissions(), std::filesystem::perms(0640));
  EXPECT_THAT(Names(), ElementsAre("rows"));
}

TEST_P(OutputFileTest, WhatIsNotFinishedLeavesNothing) {
  Put("old");
  Written("new").reset();
  EXPECT_THAT(Names(), ElementsAre("rows"));
  EXPECT_EQ(Content(), "old");
}

TEST_P(OutputFileTest, ASignalLeavesNothing) {
  Put("old");
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(
        {
          auto file = Written("new");
          ::kill(::getpid(), number);
          ::pause();
        },
        KilledBySignal(number), "");
    EXPECT_THAT(Names(), ElementsAre("rows"));
    EXPECT_EQ(Content(), "old");
  }
}

TEST_P(OutputFileTest, ASignalThatIsIgnoredEndsNothing) {
  auto* before = ::signal(SIGHUP, SIG_IGN);  // NOLINT(concurrency-mt-unsafe): as nohup does
  auto file = Written("new");
  ::raise(SIGHUP);  // NOLINT(concurrency-mt-unsafe): it is for the process
  EXPECT_THAT(file->Finish(), IsOk());
  EXPECT_EQ(Content(), "new");
  ::signal(SIGHUP, before);  // NOLINT(concurrency-mt-unsafe)
}

TEST_P(OutputFileTest, SignalsAreAsBeforeAfterwards) {
  struct sigaction before{};
  struct sigaction after{};
  ::sigaction(SIGTERM, nullptr, &before);
  ASSERT_THAT(Written("new")->Finish(), IsOk());
  ::sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST_P(OutputFileTest, AFolderThatIsNotThere) {
  std::filesystem::remove_all(folder_);
  EXPECT_THAT(OutputFile::Open(Path(), GetParam()), IsError(ErrorCode::kIoError));
}

using UnnamedOutputFileTest = OutputFileTest;
INSTANTIATE_TEST_SUITE_P(Parts, UnnamedOutputFileTest, ::testing::Values(PartFile::kUnnamed));

TEST_P(UnnamedOutputFileTest, NotEvenAKillLeavesAnything) {
  const bool can = [&] {
    auto file = Written("new");
    return Names().empty();
  }();
  if (!can) {
    GTEST_SKIP() << "the file system of the temporary folder has no O_TMPFILE";
  }
  EXPECT_EXIT(
      {
        auto file = Written("new");
        ::kill(::getpid(), SIGKILL);
        ::pause();
      },
      KilledBySignal(SIGKILL), "");
  EXPECT_THAT(Names(), IsEmpty());
}

}  // namespace
}  // namespace firn::cli
