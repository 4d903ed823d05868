// Log lines under threads, stalls and the end.
#include "server/observe/log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "base/json_reader.h"
#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "server/observe/line_writer.h"
#include "server/observe/telemetry.h"

namespace firn::observe {
namespace {

using testing::IsError;
using testing::IsOk;

class LogTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  std::vector<std::string> Lines() const {
    std::ifstream file(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(line);
    }
    return lines;
  }

  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("firn-log-" + Uuid::Random().ToString())).string();
};

/// A pipe whose end nobody reads until told to.
class Pipe {
 public:
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    read_ = ends[0];
    write_ = ends[1];
    EXPECT_EQ(::fcntl(read_, F_SETFL, O_NONBLOCK), 0);
  }
  ~Pipe() { ::close(read_); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  /// For a LineWriter, which closes it.
  int write_end() const { return write_; }
  /// What is there now.
  std::string Read() const {
    std::string text;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(read_, buffer, sizeof(buffer))) > 0;) {
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }

 private:
  int read_ = -1;
  int write_ = -1;
};

size_t CountLines(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(LogTest, LinesOfManyThreadsArriveWholeAndInOrder) {
  constexpr int kThreads = 8;
  constexpr int kLines = 5'000;
  {
    ASSERT_OK_AND_ASSIGN(auto log, Log::Open({.level = "info", .file = path_}));
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&log, thread] {
        for (int i = 0; i < kLines; ++i) {
          log->Line(std::to_string(thread) + " " + std::to_string(i) + " " +
                    std::string(static_cast<size_t>(i % 97), 'x'));
        }
      });
    }
    threads.clear();
    EXPECT_EQ(log->dropped(), 0U);
  }
  std::vector<int> next(kThreads, 0);
  for (const std::string& line : Lines()) {
    std::istringstream words(line);
    size_t thread = 0;
    int number = 0;
    words >> thread >> number;
    ASSERT_LT(thread, next.size()) << line;
    EXPECT_EQ(number, next[thread]++);
  }
  EXPECT_EQ(next, std::vector<int>(kThreads, kLines));
}

TEST_F(LogTest, FlushWaitsForWhatWasLogged) {
  ASSERT_OK_AND_ASSIGN(auto log, Log::Open({.level = "info", .file = path_}));
  log->Info("first", {{"key", "bad \xff byte"}});
  log->Flush();
  ASSERT_EQ(Lines().size(), 1U);
  EXPECT_THAT(json::Document::Parse(Lines()[0]), IsOk());
}

TEST_F(LogTest, LevelsBelowTheChosenOneAreLeftOut) {
  {
    ASSERT_OK_AND_ASSIGN(auto log, Log::Open({.level = "warn", .file = path_}));
    log->Info("no");
    log->Line("{}");
    log->Warn("yes");
    log->Failure("yes", Error(ErrorCode::kInternal, "x"));
  }
  EXPECT_EQ(Lines().size(), 2U);
  EXPECT_THAT(Log::Open({.level = "loud", .file = {}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Log::Open({.level = "info", .file = "/nonexistent/log"}),
              IsError(ErrorCode::kIoError));
}

TEST_F(LogTest, AStalledPipeStallsNobodyAndWhatIsLostIsCounted) {
  Pipe pipe;
  constexpr size_t kLines = 20'000;
  constexpr size_t kLineBytes = 100;
  LineWriter writer(pipe.write_end(), {.max_buffered_bytes = 256 << 10,
                                       .stop_time = std::chrono::milliseconds(2'000)});
  for (size_t i = 0; i < kLines; ++i) {
    writer.Append(std::string(kLineBytes, 'x'));
  }
  EXPECT_GT(writer.dropped(), 0U);
  EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(10)));
  // Once somebody reads, what was kept comes through.
  std::string text;
  while (!writer.Flush(std::chrono::milliseconds(1))) {
    text += pipe.Read();
  }
  text += pipe.Read();
  EXPECT_EQ(CountLines(text) + writer.dropped(), kLines);
  writer.Append("afterwards");
  EXPECT_TRUE(writer.Flush(std::chrono::milliseconds(2'000)));
  EXPECT_EQ(pipe.Read(), "afterwards\n");
}

TEST_F(LogTest, TheEndGivesUpOnAStalledPipe) {
  Pipe pipe;
  auto start = std::chrono::steady_clock::now();
  {
    LineWriter writer(pipe.write_end(),
                      {.max_buffered_bytes = 1 << 20, .stop_time = std::chrono::milliseconds(50)});
    for (int i = 0; i < 10'000; ++i) {
      writer.Append(std::string(100, 'x'));
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(LogTest, LinesLargerThanAChunkPass) {
  const std::string large(1 << 20, 'x');
  {
    ASSERT_OK_AND_ASSIGN(auto log, Log::Open({.level = "info", .file = path_}));
    log->Line("a");
    log->Line(large);
    log->Line("b");
  }
  EXPECT_EQ(Lines(), (std::vector<std::string>{"a", large, "b"}));
}

TEST_F(LogTest, ADescriptorThatRefusesCountsAsLoss) {
  int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  LineWriter writer(full, {});
  writer.Append("a");
  writer.Append("b");
  EXPECT_TRUE(writer.Flush(std::chrono::milliseconds(2'000)));
  EXPECT_EQ(writer.dropped(), 2U);
}

TEST_F(LogTest, AccessLinesParseWhateverTheClientSent) {
  http::Response response;
  response.status = 404;
  response.route = "unknown";
  response.error_type = "NotFoundException";
  http::RequestSummary summary;
  summary.method = "GET";
  summary.target = "/\xff\"\\\n\x01";
  summary.user_agent = "a\tb";
  summary.response = &response;
  EXPECT_THAT(json::Document::Parse(PrintAccessLine(summary, TimestampMs(1'700'000'000'123))),
              IsOk());
}

}  // namespace
}  // namespace firn::observe
