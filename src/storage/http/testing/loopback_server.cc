#include "storage/http/testing/loopback_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firn::storage::http::testing {
namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

/// The request at the front of `buffer`, taken out of it; nullopt while it is not whole.
std::optional<ReceivedRequest> TakeRequest(std::string& buffer) {
  size_t end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) {
    return std::nullopt;
  }
  ReceivedRequest request;
  std::string_view head = std::string_view(buffer).substr(0, end);
  std::string_view first = head.substr(0, head.find("\r\n"));
  size_t space = first.find(' ');
  request.method = first.substr(0, space);
  request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
  for (size_t at = first.size() + 2; at < head.size();) {
    size_t stop = std::min(head.find("\r\n", at), head.size());
    std::string_view line = head.substr(at, stop - at);
    size_t colon = line.find(':');
    size_t value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
    request.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(line.substr(value))});
    at = stop + 2;
  }
  const std::string* length = FindHeader(request.headers, "content-length");
  size_t body = length == nullptr ? 0 : std::stoul(*length);
  if (buffer.size() < end + 4 + body) {
    return std::nullopt;
  }
  request.body = buffer.substr(end + 4, body);
  buffer.erase(0, end + 4 + body);
  return request;
}

}  // namespace

ScriptedAnswer Answer(int status, std::string_view body, std::string_view headers) {
  std::string bytes = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
  bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  bytes += headers;
  bytes += "\r\n";
  bytes += body;
  return {.bytes = std::move(bytes)};
}

LoopbackServer::LoopbackServer(Script script) : script_(std::move(script)) {
  std::array<int, 2> pipe_ends{};
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (pipe(pipe_ends.data()) != 0 || bind(listener_, plain, size) != 0 ||
      listen(listener_, 64) != 0 || getsockname(listener_, plain, &size) != 0) {
    Die("LoopbackServer");
  }
  stop_read_ = pipe_ends[0];
  stop_write_ = pipe_ends[1];
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

LoopbackServer::~LoopbackServer() {
  close(stop_write_);  // readable at its other end from now on
  acceptor_.join();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  close(stop_read_);
  close(listener_);
}

std::string LoopbackServer::uri() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<ReceivedRequest> LoopbackServer::requests() {
  std::scoped_lock lock(mutex_);
  return requests_;
}

int LoopbackServer::connections() {
  std::scoped_lock lock(mutex_);
  return connections_;
}

void LoopbackServer::StopListening() { shutdown(listener_, SHUT_RDWR); }

bool LoopbackServer::WaitReadable(int socket) const {
  std::array<pollfd, 2> waits = {pollfd{socket, POLLIN, 0}, pollfd{stop_read_, POLLIN, 0}};
  poll(waits.data(), waits.size(), -1);
  return waits[1].revents == 0;
}

void LoopbackServer::Accept() {
  while (WaitReadable(listener_)) {
    int socket = accept(listener_, nullptr, nullptr);
    if (socket < 0 && errno == EINVAL) {
      return;  // StopListening
    }
    if (socket < 0) {
      continue;
    }
    std::scoped_lock lock(mutex_);
    ++connections_;
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void LoopbackServer::Serve(int socket) {
  std::string buffer;
  std::array<char, 65536> chunk{};
  bool open = true;
  while (open && WaitReadable(socket)) {
    ssize_t got = recv(socket, chunk.data(), chunk.size(), 0);
    if (got <= 0) {
      break;
    }
    buffer.append(chunk.data(), static_cast<size_t>(got));
    auto request = TakeRequest(buffer);
    if (!request.has_value()) {
      continue;
    }
    int number = 0;
    {
      std::scoped_lock lock(mutex_);
      requests_.push_back(*request);
      number = static_cast<int>(requests_.size());
    }
    open = SendAnswer(socket, script_(*request, number));
  }
  close(socket);
}

bool LoopbackServer::SendAnswer(int socket, const ScriptedAnswer& answer) {
  size_t step = answer.drip.count() == 0 ? std::max<size_t>(answer.bytes.size(), 1) : 1;
  for (size_t at = 0; at < answer.bytes.size();) {
    size_t want = std::min(step, answer.bytes.size() - at);
    ssize_t sent = send(socket, answer.bytes.data() + at, want, MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    at += static_cast<size_t>(sent);
    if (answer.drip.count() > 0) {
      pollfd stop{stop_read_, POLLIN, 0};
      if (poll(&stop, 1, static_cast<int>(answer.drip.count())) != 0) {
        return false;
      }
    }
  }
  switch (answer.end) {
    case AnswerEnd::kKeepOpen:
      return true;
    case AnswerEnd::kClose:
      return false;
    case AnswerEnd::kReset: {
      linger hard{1, 0};
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
      return false;
    }
    case AnswerEnd::kStall:
      return WaitReadable(socket);
  }
  return false;
}

}  // namespace firn::storage::http::testing
