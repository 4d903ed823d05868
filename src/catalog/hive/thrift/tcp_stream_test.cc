// On the loopback: that bytes go both ways, and that nothing waits beyond its deadline.
#include "catalog/hive/thrift/tcp_stream.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/testing/matchers.h"

namespace firn::catalog::hive::thrift {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;

constexpr auto kPatience = std::chrono::milliseconds(50);

class TcpStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof(address);
    ASSERT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  void TearDown() override { ::close(listener_); }

  MonotonicTime Soon() const { return clock_.Monotonic() + kPatience; }

  SystemClock clock_;
  TcpDialer dialer_{clock_};
  int listener_ = -1;
  uint16_t port_ = 0;
};

TEST_F(TcpStreamTest, BytesGoBothWays) {
  ASSERT_OK_AND_ASSIGN(auto stream, dialer_.Dial("127.0.0.1", port_, kNoDeadline));
  int other = ::accept(listener_, nullptr, nullptr);
  ASSERT_THAT(stream->Send("ping", kNoDeadline), IsOk());
  std::array<char, 8> bytes{};
  ASSERT_EQ(::read(other, bytes.data(), bytes.size()), 4);
  EXPECT_THAT(stream->Receive(bytes, Soon()), IsError(ErrorCode::kDeadlineExceeded));
  ASSERT_EQ(::write(other, "pong!", 5), 5);
  EXPECT_THAT(stream->Receive(bytes, kNoDeadline), IsOkAnd(5U));
  ::close(other);
  EXPECT_THAT(stream->Receive(bytes, kNoDeadline), IsError(ErrorCode::kIoError));
}

TEST_F(TcpStreamTest, WhatIsNotTakenIsNotSentWhole) {
  ASSERT_OK_AND_ASSIGN(auto stream, dialer_.Dial("127.0.0.1", port_, kNoDeadline));
  std::string much(64 << 20, 'x');  // more than the buffers of both sides hold
  EXPECT_THAT(stream->Send(much, Soon()), IsError(ErrorCode::kDeadlineExceeded));
}

TEST_F(TcpStreamTest, WhereNobodyListensThereIsNoConnection) {
  ::close(listener_);
  EXPECT_THAT(dialer_.Dial("127.0.0.1", port_, kNoDeadline), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(dialer_.Dial("not a host", port_, kNoDeadline), IsError(ErrorCode::kUnavailable));
  listener_ = -1;
}

TEST_F(TcpStreamTest, AnAddressThatIsSilentLeavesTimeForTheNext) {
  // Nobody accepts: once its queue is full, this one answers nobody.
  int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  ASSERT_EQ(::listen(silent, 0), 0);
  socklen_t size = sizeof(at);
  ASSERT_EQ(::getsockname(silent, reinterpret_cast<sockaddr*>(&at), &size), 0);
  sockaddr_in good = at;
  good.sin_port = htons(port_);
  addrinfo second{};
  second.ai_family = AF_INET;
  second.ai_addr = reinterpret_cast<sockaddr*>(&good);
  second.ai_addrlen = sizeof(good);
  addrinfo first = second;
  first.ai_addr = reinterpret_cast<sockaddr*>(&at);
  std::vector<std::unique_ptr<Stream>> queued;
  while (true) {
    auto one = DialFirst(&first, clock_, Soon());
    if (!one.has_value()) {
      ASSERT_THAT(one, IsError(ErrorCode::kDeadlineExceeded));
      break;
    }
    queued.push_back(*std::move(one));
  }
  first.ai_next = &second;
  EXPECT_THAT(DialFirst(&first, clock_, clock_.Monotonic() + 20 * kPatience), IsOk());
  ::close(silent);
}

TEST(DeadlineOfTryTest, AShareOfTheTimeButForTheLast) {
  using std::chrono::seconds;
  MonotonicTime now(seconds(100));
  EXPECT_EQ(DeadlineOfTry(now, now + seconds(60), 3), now + seconds(5));
  EXPECT_EQ(DeadlineOfTry(now, now + seconds(6), 3), now + seconds(2));
  EXPECT_EQ(DeadlineOfTry(now, now + seconds(60), 1), now + seconds(60));
  EXPECT_EQ(DeadlineOfTry(now, now - seconds(1), 2), now - seconds(1));
  EXPECT_EQ(DeadlineOfTry(now, kNoDeadline, 2), now + seconds(5));
}

}  // namespace
}  // namespace firn::catalog::hive::thrift
