#include "server/flight/calls/peer_connection.h"

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace firn::flight {
namespace {

struct End {
  std::string address;
  uint16_t port = 0;
};

std::optional<End> EndOf(int socket, decltype(&getpeername) which) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (which(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return std::nullopt;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof(address));
    inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    return End{text.data(), ntohs(address.sin_port)};
  }
  if (storage.ss_family != AF_INET6) {
    return std::nullopt;
  }
  sockaddr_in6 address{};
  std::memcpy(&address, &storage, sizeof(address));
  const uint8_t* bytes = address.sin6_addr.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
    inet_ntop(AF_INET, bytes + 12, text.data(), text.size());
    return End{text.data(), ntohs(address.sin6_port)};
  }
  inet_ntop(AF_INET6, bytes, text.data(), text.size());
  return End{text.data(), ntohs(address.sin6_port)};
}

/// As IsBetween writes it: without the family, and without brackets.
std::string Plain(std::string_view peer) {
  std::string text;
  for (size_t i = peer.find(':') + 1; i < peer.size();) {
    const std::string_view code = peer.substr(i, 3);
    if (code == "%5B" || code == "%5D") {
      i += code.size();
      continue;
    }
    if (peer[i] != '[' && peer[i] != ']') {
      text.push_back(peer[i]);
    }
    ++i;
  }
  return text;
}

bool IsBetween(int socket, const std::string& peer, uint16_t port) {
  const std::optional<End> there = EndOf(socket, &getpeername);
  if (!there || fmt::format("{}:{}", there->address, there->port) != peer) {
    return false;
  }
  const std::optional<End> here = EndOf(socket, &getsockname);
  return here && here->port == port;
}

}  // namespace

bool CutConnection(std::string_view peer, uint16_t port) {
  const std::string wanted = Plain(peer);
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    const std::string name = files->path().filename().string();
    int socket = -1;
    std::from_chars(name.data(), name.data() + name.size(), socket);
    if (IsBetween(socket, wanted, port)) {
      return shutdown(socket, SHUT_RDWR) == 0;
    }
  }
  return false;
}

}  // namespace firn::flight
