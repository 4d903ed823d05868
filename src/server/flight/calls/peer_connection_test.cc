// On the loopback: that the one connection ends, and no other.
#include "server/flight/calls/peer_connection.h"

#include <string>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firn::flight {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

uint16_t PortOf(const Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  EXPECT_EQ(getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin_port);
}

class PeerConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    ASSERT_EQ(bind(listener_.number(), any, sizeof(address)), 0);
    ASSERT_EQ(listen(listener_.number(), 2), 0);
    address.sin_port = htons(PortOf(listener_));
    for (const Descriptor* client : {&first_, &second_}) {
      ASSERT_EQ(connect(client->number(), any, sizeof(address)), 0);
    }
  }

  /// The other end as the server sees it.
  static std::string Peer(const Descriptor& client) {
    return fmt::format("ipv4:127.0.0.1:{}", PortOf(client));
  }
  /// What a look at the connection finds, without waiting: 0 is its end.
  static ssize_t Look(const Descriptor& socket) {
    char byte = 0;
    return recv(socket.number(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  }

  Descriptor listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Descriptor first_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Descriptor second_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

TEST_F(PeerConnectionTest, IsTheOneThatIsCut) {
  const Descriptor first(accept(listener_.number(), nullptr, nullptr));
  const Descriptor second(accept(listener_.number(), nullptr, nullptr));
  EXPECT_TRUE(CutConnection(Peer(second_), PortOf(listener_)));
  EXPECT_EQ(Look(second_), 0);
  EXPECT_EQ(Look(second), 0);
  EXPECT_LT(Look(first_), 0) << "still there, with nothing to read";
}

TEST_F(PeerConnectionTest, IsKnownByBothItsEnds) {
  const Descriptor first(accept(listener_.number(), nullptr, nullptr));
  EXPECT_FALSE(CutConnection(Peer(first_), 1));
  EXPECT_FALSE(
      CutConnection("ipv4:127.0.0.2:" + std::to_string(PortOf(first_)), PortOf(listener_)));
  for (const char* strange : {"", "ipv4:", "unix:/tmp/x", "ipv6:%5B::1%5D:1"}) {
    EXPECT_FALSE(CutConnection(strange, PortOf(listener_))) << strange;
  }
  EXPECT_LT(Look(first_), 0);
}

}  // namespace
}  // namespace firn::flight
