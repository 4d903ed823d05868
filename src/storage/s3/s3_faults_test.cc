// Faults of every kind at every request: each operation ends in success within its attempts or in
// one error that names the file, and what lies in the store is what the operation says.
#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

#include "base/testing/matchers.h"
#include "storage/call_deadline.h"
#include "storage/http/curl_transport.h"
#include "storage/http/testing/faulty_transport.h"
#include "storage/http/testing/loopback_server.h"
#include "storage/http/testing/recording_sleeper.h"
#include "storage/s3/s3_object_store.h"
#include "storage/s3/testing/fake_s3.h"

namespace firn::storage::s3 {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using http::testing::FaultyTransport;
using http::testing::TransportFault;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const aws::Credentials kKeys{.access_key_id = "key", .secret_access_key = "secret"};
constexpr std::string_view kFile = "s3://bucket/t/file";
constexpr TransportFault kAllFaults[] = {TransportFault::kRefused, TransportFault::kReplyLost,
                                         TransportFault::kCut, TransportFault::kSlowDown,
                                         TransportFault::kInternal};

S3Options Options(std::string endpoint) {
  return {.endpoint = std::move(endpoint),
          .addressing = Addressing::kPath,
          .credentials = kKeys,
          .part_bytes = kMinPartBytes};
}

class S3FaultsTest : public ::testing::Test {
 protected:
  void SetUp() override { Reset(); }

  void Reset() {
    store_.reset();
    fake_ = std::make_unique<testing::FakeS3>(
        kKeys, aws::SigningScope{.region = "us-east-1", .service = "s3"}, clock_);
    faulty_ = std::make_unique<FaultyTransport>(*fake_);
    S3Client::Parts parts{*faulty_, credentials_, clock_, sleeper_};
    store_ = std::make_unique<S3ObjectStore>(parts, Options("http://fake:9000"));
  }

  /// Runs `work` on fresh stores with each fault at each request; every run must succeed.
  void SurvivesOneFault(const std::function<Status()>& work, const std::function<void()>& check) {
    for (TransportFault fault : kAllFaults) {
      for (int64_t call = 1;; ++call) {
        Reset();
        faulty_->Arm({.call = call, .fault = fault});
        SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at request " +
                     std::to_string(call));
        ASSERT_THAT(work(), IsOk());
        bool was_hit = faulty_->calls() >= call;
        faulty_->Arm({});
        check();
        if (!was_hit) {
          break;
        }
      }
    }
  }

  /// With each fault from each request on: success or one error that names the file.
  void FailsCleanly(const std::function<Status()>& work,
                    const std::function<void(const Status&)>& check) {
    for (TransportFault fault : kAllFaults) {
      for (int64_t call = 1;; ++call) {
        Reset();
        faulty_->Arm({.call = call, .from_then_on = true, .fault = fault});
        SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " from request " +
                     std::to_string(call));
        Status status = work();
        bool was_hit = faulty_->calls() >= call;
        faulty_->Arm({});
        if (!status.has_value()) {
          EXPECT_THAT(status.error().Describe(), HasSubstr("t/file"));
        }
        check(status);
        if (!was_hit) {
          break;
        }
      }
    }
  }

  SystemClock clock_;
  http::testing::RecordingSleeper sleeper_{nullptr};
  aws::StaticCredentials credentials_{kKeys};
  std::unique_ptr<testing::FakeS3> fake_;
  std::unique_ptr<FaultyTransport> faulty_;
  std::unique_ptr<S3ObjectStore> store_;
};

TEST_F(S3FaultsTest, ANewFileIsWrittenOnceDespiteAFault) {
  SurvivesOneFault([&] { return store_->Write(kFile, "mine", WriteMode::kCreateNew); },
                   [&] {
                     EXPECT_THAT(store_->Read(kFile, 10), IsOkAnd("mine"));
                     EXPECT_THAT(store_->Write(kFile, "other", WriteMode::kCreateNew),
                                 IsError(ErrorCode::kAlreadyExists));
                   });
}

TEST_F(S3FaultsTest, ALargeFileIsWrittenOnceDespiteAFault) {
  std::string bytes(static_cast<size_t>(kMinPartBytes) * 2 + 7, 'x');
  SurvivesOneFault([&] { return store_->Write(kFile, bytes, WriteMode::kCreateNew); },
                   [&] {
                     auto read = store_->Read(kFile, INT64_MAX);
                     ASSERT_THAT(read, IsOk());
                     EXPECT_TRUE(*read == bytes);
                     // Only an upload whose id was lost on its way stays behind.
                     EXPECT_LE(fake_->open_uploads(), 1U);
                   });
}

TEST_F(S3FaultsTest, AFileOfAnotherIsNeverTakenForOurs) {
  for (TransportFault fault : kAllFaults) {
    Reset();
    ASSERT_THAT(store_->Write(kFile, "theirs", WriteMode::kCreateNew), IsOk());
    faulty_->Arm({.call = 1, .fault = fault});
    EXPECT_THAT(store_->Write(kFile, "mine", WriteMode::kCreateNew),
                IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(store_->Read(kFile, 10), IsOkAnd("theirs"));
  }
}

TEST_F(S3FaultsTest, ReadsSurviveAFault) {
  std::string bytes(static_cast<size_t>(kMinPartBytes) * 2 + 7, 'y');
  auto prepare = [&] { return store_->Write(kFile, bytes, WriteMode::kOverwrite); };
  for (TransportFault fault : kAllFaults) {
    Reset();
    ASSERT_THAT(prepare(), IsOk());
    for (int64_t call = 1; call <= 4; ++call) {
      faulty_->Arm({.call = call, .fault = fault});
      auto read = store_->Read(kFile, INT64_MAX);
      ASSERT_THAT(read, IsOk());
      EXPECT_TRUE(*read == bytes);
      faulty_->Arm({.call = call, .fault = fault});
      EXPECT_THAT(store_->Stat(kFile), IsOk());
      faulty_->Arm({.call = call, .fault = fault});
      EXPECT_THAT(store_->List("s3://bucket/t", {.limit = 1}), IsOk());
    }
  }
}

TEST_F(S3FaultsTest, DeletionsSurviveAFault) {
  std::vector<std::string> files = {std::string(kFile), "s3://bucket/t/file2"};
  SurvivesOneFault([&] { return store_->DeleteMany(files); },
                   [&] { EXPECT_THAT(fake_->keys(), IsEmpty()); });
  SurvivesOneFault([&] { return store_->Delete(kFile); },
                   [&] { EXPECT_THAT(fake_->keys(), IsEmpty()); });
}

TEST_F(S3FaultsTest, AnOutageDuringAWriteLeavesAllOrNothing) {
  for (size_t size : {size_t{100}, static_cast<size_t>(kMinPartBytes) + 1}) {
    std::string bytes(size, 'z');
    FailsCleanly([&] { return store_->Write(kFile, bytes, WriteMode::kCreateNew); },
                 [&](const Status& status) {
                   auto read = store_->Read(kFile, INT64_MAX);
                   if (status.has_value()) {
                     ASSERT_THAT(read, IsOk());
                   } else {
                     EXPECT_THAT(status, IsError(ErrorCode::kIoError));
                   }
                   if (read.has_value()) {
                     EXPECT_TRUE(*read == bytes);
                   } else {
                     EXPECT_THAT(read, IsError(ErrorCode::kNotFound));
                   }
                 });
  }
}

TEST_F(S3FaultsTest, AnOutageDuringAReadIsUnavailable) {
  for (TransportFault fault : kAllFaults) {
    Reset();
    ASSERT_THAT(store_->Write(kFile, "x", WriteMode::kCreateNew), IsOk());
    faulty_->Arm({.call = 1, .from_then_on = true, .fault = fault});
    EXPECT_THAT(store_->Read(kFile, 10), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(store_->Stat(kFile), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(store_->List("s3://bucket/t", {}), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(store_->Delete(kFile),
                IsError(fault == TransportFault::kSlowDown || fault == TransportFault::kInternal
                            ? ErrorCode::kUnavailable
                            : ErrorCode::kIoError));
  }
}

TEST_F(S3FaultsTest, WhatABatchCouldNotDeleteForTheMomentIsTriedAlone) {
  ASSERT_THAT(store_->Write(kFile, "x", WriteMode::kCreateNew), IsOk());
  ASSERT_THAT(store_->Write("s3://bucket/t/2", "x", WriteMode::kCreateNew), IsOk());
  fake_->undeletable["t/2"] = "SlowDown";
  Status status =
      store_->DeleteMany(std::vector<std::string>{std::string(kFile), "s3://bucket/t/2"});
  EXPECT_FALSE(status.has_value());
  EXPECT_THAT(fake_->keys(), ElementsAre("t/2"));
  EXPECT_EQ(fake_->counts()["DELETE"], 1);
}

// The same over a real connection.

/// Spoils the first answers, then serves "0123456789" in ranges.
class S3NetworkTest : public ::testing::Test {
 protected:
  static http::testing::ScriptedAnswer Whole() {
    return http::testing::Answer(206, "0123456789",
                                 "Content-Range: bytes 0-9/10\r\nETag: \"1\"\r\n");
  }

  Result<std::string> ReadFrom(http::testing::LoopbackServer& server) {
    auto transport = http::CurlTransport::Make({.stall_timeout = std::chrono::seconds(1)}).value();
    S3Options options = Options(server.uri());
    options.request_timeout = milliseconds(5'000);
    options.retry.max_attempts = 2;
    S3ObjectStore store({*transport, credentials_, clock_, sleeper_}, options);
    return store.Read(kFile, 100);
  }

  SystemClock clock_;
  http::testing::RecordingSleeper sleeper_{nullptr};
  aws::StaticCredentials credentials_{kKeys};
};

TEST_F(S3NetworkTest, SpoiltAnswersAreAskedForAgainNeverReturned) {
  using http::testing::AnswerEnd;
  http::testing::ScriptedAnswer slow_down =
      http::testing::Answer(503, "<Error><Code>SlowDown</Code></Error>", "Retry-After: 1\r\n");
  http::testing::ScriptedAnswer half = Whole();
  half.bytes.resize(half.bytes.size() - 5);
  half.end = AnswerEnd::kClose;
  http::testing::ScriptedAnswer reset = half;
  reset.end = AnswerEnd::kReset;
  http::testing::ScriptedAnswer nothing{.bytes = "", .end = AnswerEnd::kReset};
  http::testing::ScriptedAnswer slow = http::testing::Answer(206, std::string(5'000, 'x'));
  slow.drip = milliseconds(2);
  http::testing::ScriptedAnswer short_range =
      http::testing::Answer(206, "01234", "Content-Range: bytes 0-9/10\r\n");
  for (const auto& spoilt : {slow_down, half, reset, nothing, slow}) {
    http::testing::LoopbackServer server(
        [&](const auto&, int number) { return number == 1 ? spoilt : Whole(); });
    EXPECT_THAT(ReadFrom(server), IsOkAnd("0123456789"));
    http::testing::LoopbackServer down([&](const auto&, int) { return spoilt; });
    auto failed = ReadFrom(down);
    ASSERT_THAT(failed, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(failed.error().Describe(), HasSubstr(std::string(kFile)));
    EXPECT_LE(down.requests().size(), 4U);
  }
  http::testing::LoopbackServer liar([&](const auto&, int) { return short_range; });
  EXPECT_THAT(ReadFrom(liar), IsError(ErrorCode::kIoError));
}

TEST_F(S3NetworkTest, TheBucketStandsInTheHostWhenAskedTo) {
  http::testing::LoopbackServer server([](const auto&, int) { return Whole(); });
  auto transport = http::CurlTransport::Make({}).value();
  S3Options options = Options(server.uri());
  options.addressing = Addressing::kVirtualHost;
  // `bucket.localhost` is this machine to every resolver (RFC 6761).
  options.endpoint.replace(options.endpoint.find("127.0.0.1"), 9, "localhost");
  S3ObjectStore store({*transport, credentials_, clock_, sleeper_}, options);
  EXPECT_THAT(store.Read(kFile, 100), IsOkAnd("0123456789"));
  ASSERT_EQ(server.requests().size(), 1U);
  http::testing::ReceivedRequest request = server.requests()[0];
  EXPECT_THAT(*http::FindHeader(request.headers, "host"), HasSubstr("bucket.localhost:"));
  EXPECT_EQ(request.target, "/t/file");
}

/// Never answers: gives up at the deadline it is given.
class HungTransport final : public http::HttpTransport {
 public:
  explicit HungTransport(ManualClock& clock) : clock_(clock) {}
  Result<http::HttpResponse> RoundTrip(const http::HttpRequest& request,
                                       MonotonicTime deadline) override {
    std::scoped_lock lock(mutex_);
    methods.push_back(request.method);
    MonotonicTime now = clock_.Monotonic();
    if (deadline > now) {
      clock_.Advance(std::chrono::ceil<milliseconds>(deadline - now));
    }
    return Error(ErrorCode::kDeadlineExceeded, "hung");
  }
  std::vector<std::string> methods;

 private:
  ManualClock& clock_;
  std::mutex mutex_;
};

class HungS3Test : public ::testing::Test {
 protected:
  milliseconds Now() const { return milliseconds(clock_.Now().value()); }
  milliseconds TakenBy(const std::function<void()>& work) {
    milliseconds before = Now();
    work();
    return Now() - before;
  }

  ManualClock clock_{TimestampMs(1'000'000)};
  http::testing::RecordingSleeper sleeper_{&clock_};
  HungTransport transport_{clock_};
  aws::StaticCredentials credentials_{kKeys};
  S3ObjectStore store_{{transport_, credentials_, clock_, sleeper_}, Options("http://hung:9000")};
};

TEST_F(HungS3Test, EveryCallEndsAtTheCallersDeadline) {
  const std::string large(static_cast<size_t>(3 * kMinPartBytes), 'x');
  const std::vector<std::string> two = {"s3://bucket/a", "s3://bucket/b"};
  const std::vector<std::function<void()>> calls = {
      [&] { EXPECT_THAT(store_.Read(kFile, 10), IsError(ErrorCode::kUnavailable)); },
      [&] { EXPECT_THAT(store_.Stat(kFile), IsError(ErrorCode::kUnavailable)); },
      [&] { EXPECT_THAT(store_.List("s3://bucket/t", {}), IsError(ErrorCode::kUnavailable)); },
      [&] {
        EXPECT_THAT(store_.Write(kFile, "x", WriteMode::kCreateNew), IsError(ErrorCode::kIoError));
      },
      [&] {
        EXPECT_THAT(store_.Write(kFile, large, WriteMode::kCreateNew),
                    IsError(ErrorCode::kIoError));
      },
      [&] { EXPECT_THAT(store_.Delete(kFile), IsError(ErrorCode::kIoError)); },
      [&] { EXPECT_THAT(store_.DeleteMany(two), IsError(ErrorCode::kIoError)); },
  };
  for (const auto& call : calls) {
    CallDeadline deadline(clock_.Monotonic() + milliseconds(3'000));
    EXPECT_EQ(TakenBy(call), milliseconds(3'000));
    transport_.methods.clear();
    EXPECT_EQ(TakenBy(call), milliseconds(0));
    EXPECT_THAT(transport_.methods, IsEmpty()) << "sent after the deadline";
  }
  EXPECT_EQ(TakenBy([&] { static_cast<void>(store_.Stat(kFile)); }), milliseconds(20'000));
}

/// Notes the latest deadline that a request had.
class WatchedTransport final : public http::HttpTransport {
 public:
  explicit WatchedTransport(http::HttpTransport& inner) : inner_(inner) {}
  Result<http::HttpResponse> RoundTrip(const http::HttpRequest& request,
                                       MonotonicTime deadline) override {
    {
      std::scoped_lock lock(mutex_);
      latest_ = std::max(latest_, deadline);
    }
    return inner_.RoundTrip(request, deadline);
  }
  MonotonicTime latest() {
    std::scoped_lock lock(mutex_);
    return latest_;
  }

 private:
  http::HttpTransport& inner_;
  std::mutex mutex_;
  MonotonicTime latest_ = MonotonicTime::min();
};

TEST_F(S3FaultsTest, PartsHeedTheCallersDeadline) {
  WatchedTransport watched(*fake_);
  S3ObjectStore store({watched, credentials_, clock_, sleeper_}, Options("http://fake:9000"));
  const std::string bytes(static_cast<size_t>(3 * kMinPartBytes), 'x');
  const MonotonicTime until = clock_.Monotonic() + milliseconds(15'000);
  CallDeadline deadline(until);
  EXPECT_THAT(store.Write(kFile, bytes, WriteMode::kOverwrite), IsOk());
  auto read = store.Read(kFile, INT64_MAX);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(*read == bytes);
  EXPECT_TRUE(watched.latest() == until);
}

}  // namespace
}  // namespace firn::storage::s3
