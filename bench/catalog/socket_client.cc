#include "socket_client.h"

#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "response_reader.h"

namespace firn::bench {

int Connect(uint16_t port) {
  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return -1;
  }
  int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(socket);
    return -1;
  }
  return socket;
}

std::string RequestHead(std::string_view method, std::string_view target, uint16_t port) {
  return fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUser-Agent: firn-load\r\n", method,
                     target, port);
}

std::optional<std::string> Fetch(uint16_t port, const std::string& target) {
  int socket = Connect(port);
  if (socket < 0) {
    return std::nullopt;
  }
  std::string request = RequestHead("GET", target, port) + "\r\n";
  ResponseReader reader;
  reader.KeepBody();
  std::vector<char> buffer(256 << 10);
  bool open = send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0;
  while (open && reader.state() != ResponseReader::State::kDone) {
    ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      break;
    }
    reader.Put({buffer.data(), static_cast<size_t>(got)});
    open = reader.state() != ResponseReader::State::kBroken;
  }
  close(socket);
  if (reader.state() != ResponseReader::State::kDone || reader.status() != 200) {
    return std::nullopt;
  }
  return reader.body();
}

}  // namespace firn::bench
