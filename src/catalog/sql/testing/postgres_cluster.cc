#include "catalog/sql/testing/postgres_cluster.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catalog/sql/postgres_link.h"

extern char** environ;

namespace firn::catalog::sql::testing {
namespace {

constexpr int kPollMs = 20;
constexpr std::chrono::milliseconds kLate{300};

MonotonicTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool IsReadable(int socket) {
  pollfd event{.fd = socket, .events = POLLIN, .revents = 0};
  return poll(&event, 1, kPollMs) > 0;
}

/// Empty where the other side closed.
std::string Receive(int socket) {
  std::array<char, 16384> buffer{};
  ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
  return count > 0 ? std::string(buffer.data(), static_cast<size_t>(count)) : std::string();
}

/// A query of this one word; `READ COMMITTED` is none.
bool IsCommit(std::string_view bytes) {
  constexpr std::string_view kWord("COMMIT", sizeof("COMMIT"));
  constexpr size_t kHeaderBytes = 5;
  return bytes.size() == kHeaderBytes + kWord.size() && bytes.ends_with(kWord);
}

void SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace

PostgresCluster* PostgresCluster::Shared(const std::string& script) {
  static const std::unique_ptr<PostgresCluster> cluster(new PostgresCluster(script));
  return cluster->port_ == 0 ? nullptr : cluster.get();
}

PostgresCluster::PostgresCluster(const std::string& script) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (pipe2(input.data(), O_CLOEXEC) != 0 || pipe2(output.data(), O_CLOEXEC) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  std::string program = script;
  std::string folder = folder_.path().string();
  std::array<char*, 3> arguments = {program.data(), folder.data(), nullptr};
  int code = posix_spawn(&process_, script.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  FILE* lines = fdopen(output[0], "r");
  std::array<char, 256> user{};
  std::array<char, 256> password{};
  if (code != 0 ||
      std::fscanf(lines, "ready %d %255s %255s", &port_, user.data(), password.data()) != 3) {
    port_ = 0;
  }
  std::fclose(lines);
  user_ = user.data();
  password_ = password.data();
}

PostgresCluster::~PostgresCluster() {
  close(input_);
  if (process_ > 0) {
    int status = 0;
    waitpid(process_, &status, 0);
  }
}

PostgresParameters PostgresCluster::MakeDatabase() {
  PostgresParameters parameters = {{"host", "127.0.0.1"},
                                   {"port", std::to_string(port_)},
                                   {"user", user_},
                                   {"password", password_},
                                   {"dbname", "postgres"}};
  auto link = PostgresLink::Connect(parameters, Soon()).value();
  parameters["dbname"] = fmt::format("catalog{}", ++databases_);
  if (!link->Run("CREATE DATABASE " + parameters["dbname"], Soon()).has_value()) {
    std::abort();
  }
  return parameters;
}

PostgresProxy::PostgresProxy(int server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

PostgresProxy::~PostgresProxy() {
  stops_ = true;
  acceptor_.join();
  for (std::thread& server : servers_) {
    server.join();
  }
  close(listener_);
}

void PostgresProxy::Accept() {
  while (!stops_) {
    if (!IsReadable(listener_)) {
      continue;
    }
    int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 || !lets_in_) {
      close(client);
      continue;
    }
    std::lock_guard lock(mutex_);
    servers_.emplace_back([this, client] { Serve(client); });
  }
}

void PostgresProxy::Serve(int client) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(server_port_);
  if (connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    Pass(client, server);
  } else {
    close(client);
  }
  close(server);
}

void PostgresProxy::Pass(int client, int server) {
  while (!stops_) {
    std::array<pollfd, 2> events = {pollfd{.fd = client, .events = POLLIN, .revents = 0},
                                    pollfd{.fd = server, .events = POLLIN, .revents = 0}};
    if (poll(events.data(), events.size(), kPollMs) <= 0) {
      continue;
    }
    for (bool from_client : {true, false}) {
      if (events[from_client ? 0 : 1].revents == 0) {
        continue;
      }
      std::string bytes = Receive(from_client ? client : server);
      bool ends = bytes.empty() || (from_client && IsCommit(bytes) &&
                                    CutCommit(cut_.exchange(Cut::kNone), client, server, bytes));
      if (ends) {
        close(client);
        return;
      }
      SendAll(from_client ? server : client, bytes);
    }
  }
  close(client);
}

bool PostgresProxy::CutCommit(Cut cut, int& client, int server, const std::string& bytes) {
  if (cut == Cut::kNone) {
    return false;
  }
  lets_in_ = cut != Cut::kAfterCommitForGood;
  if (cut == Cut::kHeldCommit || cut == Cut::kLateCommit) {
    close(std::exchange(client, -1));
  }
  if (cut == Cut::kLateCommit) {
    std::this_thread::sleep_for(kLate);
  }
  if (cut == Cut::kAfterCommit || cut == Cut::kAfterCommitForGood || cut == Cut::kLateCommit) {
    SendAll(server, bytes);
    static_cast<void>(Receive(server));
  }
  while (cut == Cut::kHeldCommit && !stops_ && !(IsReadable(server) && Receive(server).empty())) {
  }
  return true;
}

}  // namespace firn::catalog::sql::testing
