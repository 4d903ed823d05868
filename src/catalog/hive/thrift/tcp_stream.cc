#include "catalog/hive/thrift/tcp_stream.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firn::catalog::hive::thrift {
namespace {

std::string TextOf(int error) { return std::generic_category().message(error); }

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// Until the socket is ready for `events`. Errors: kDeadlineExceeded, kUnavailable.
Status Await(int socket, int16_t events, const Clock& clock, MonotonicTime deadline) {
  while (true) {
    int wait_ms = -1;
    if (deadline != kNoDeadline) {
      auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.Monotonic()).count();
      if (left <= 0) {
        return Error(ErrorCode::kDeadlineExceeded, "The other side does not answer in time");
      }
      wait_ms = static_cast<int>(std::min<int64_t>(left, INT_MAX));
    }
    pollfd waiting{.fd = socket, .events = events, .revents = 0};
    int ready = ::poll(&waiting, 1, wait_ms);
    if (ready > 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return Error(ErrorCode::kUnavailable, "The connection cannot be waited for")
          .With("cause", TextOf(errno));
    }
  }
}

class TcpStream final : public Stream {
 public:
  TcpStream(Socket socket, const Clock& clock) : socket_(std::move(socket)), clock_(clock) {}

  Status Send(std::string_view bytes, MonotonicTime deadline) override {
    while (!bytes.empty()) {
      ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<size_t>(sent));
        continue;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        RETURN_IF_ERROR(Await(socket_.get(), POLLOUT, clock_, deadline));
      } else if (errno != EINTR) {
        return Error(ErrorCode::kUnavailable, "The connection was lost before all was sent")
            .With("cause", TextOf(errno));
      }
    }
    return {};
  }

  Result<size_t> Receive(std::span<char> out, MonotonicTime deadline) override {
    while (true) {
      ssize_t received = ::recv(socket_.get(), out.data(), out.size(), 0);
      if (received > 0) {
        return static_cast<size_t>(received);
      }
      if (received == 0) {
        return Error(ErrorCode::kIoError, "The other side closed the connection");
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        RETURN_IF_ERROR(Await(socket_.get(), POLLIN, clock_, deadline));
      } else if (errno != EINTR) {
        return Error(ErrorCode::kIoError, "The connection was lost").With("cause", TextOf(errno));
      }
    }
  }

 private:
  Socket socket_;
  const Clock& clock_;
};

Result<Socket> ConnectTo(const addrinfo& address, const Clock& clock, MonotonicTime deadline) {
  Socket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int error = socket.get() < 0 ? errno : 0;
  if (error == 0 && ::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
    error = errno;
    if (error == EINPROGRESS) {
      RETURN_IF_ERROR(Await(socket.get(), POLLOUT, clock, deadline));
      socklen_t size = sizeof(error);
      ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  if (error != 0) {
    return Error(ErrorCode::kUnavailable, "Cannot connect to the Hive Metastore")
        .With("cause", TextOf(error));
  }
  int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

}  // namespace

Result<std::unique_ptr<Stream>> TcpDialer::Dial(const std::string& host,
                                                uint16_t port,
                                                MonotonicTime deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int looked_up = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  if (looked_up != 0) {
    return Error(ErrorCode::kUnavailable, "The host is not known")
        .With("host", host)
        .With("cause", ::gai_strerror(looked_up));
  }
  auto stream = DialFirst(found, clock_, deadline);
  return stream.has_value()
             ? std::move(stream)
             : TakeError(std::move(stream)).With("host", host).With("port", std::to_string(port));
}

Result<std::unique_ptr<Stream>> DialFirst(const addrinfo* addresses,
                                          const Clock& clock,
                                          MonotonicTime deadline) {
  size_t left = 0;
  for (const addrinfo* address = addresses; address != nullptr; address = address->ai_next) {
    ++left;
  }
  Error last(ErrorCode::kUnavailable, "The host has no address");
  for (const addrinfo* address = addresses; address != nullptr; address = address->ai_next) {
    auto socket = ConnectTo(*address, clock, DeadlineOfTry(clock.Monotonic(), deadline, left--));
    if (socket.has_value()) {
      return std::make_unique<TcpStream>(*std::move(socket), clock);
    }
    last = TakeError(std::move(socket));
  }
  return last;
}

}  // namespace firn::catalog::hive::thrift
