#include "worker.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket_client.h"

namespace firn::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

constexpr size_t kBufferBytes = 256 << 10;
/// How long answers may still come once no request is sent any more.
constexpr std::chrono::seconds kGrace{15};
/// Replacements of connections lost before a thread gives up.
constexpr int64_t kMaxBroken = 1000;

}  // namespace

Worker::Worker(const Options& options, const TableStates& states, unsigned first)
    : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kBufferBytes) {
  for (unsigned number = first; number < options.connections; number += options.threads) {
    connections_.push_back(std::make_unique<Connection>(options, states, number));
  }
}

Worker::~Worker() {
  for (auto& connection : connections_) {
    if (connection->socket >= 0) {
      close(connection->socket);
    }
  }
  close(epoll_);
}

bool Worker::Open(Connection& connection) {
  connection.socket = Connect(options_.port);
  if (connection.socket < 0) {
    return false;
  }
  fcntl(connection.socket, F_SETFL, O_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  connection.wants_write = false;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) == 0;
}

bool Worker::ConnectAll() {
  for (auto& connection : connections_) {
    if (!Open(*connection)) {
      return false;
    }
  }
  return true;
}

void Worker::Run(Budget& budget) {
  budget_ = &budget;
  for (auto& connection : connections_) {
    Issue(*connection);
  }
  constexpr int kWaitMs = 50;
  std::array<epoll_event, 256> events{};
  while (busy_ > 0 && steady_clock::now() < budget.end + kGrace) {
    int count = epoll_wait(epoll_, events.data(), events.size(), kWaitMs);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      if ((events[i].events & EPOLLOUT) != 0) {
        SendMore(connection);
      }
      if ((events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0 && connection.socket >= 0) {
        ReceiveMore(connection);
      }
    }
  }
  tally_.unanswered += busy_;
}

bool Worker::MayIssue() {
  if (steady_clock::now() >= budget_->end || tally_.broken > kMaxBroken) {
    return false;
  }
  return options_.count == 0 || budget_->requests.fetch_sub(1) > 0;
}

void Worker::Issue(Connection& connection) {
  if (!MayIssue()) {
    return;
  }
  connection.kind = connection.source.Next(connection.out);
  connection.reader.Reset();
  connection.sent = 0;
  connection.busy = true;
  ++busy_;
  connection.started = steady_clock::now();
  SendMore(connection);
}

void Worker::SendMore(Connection& connection) {
  while (connection.sent < connection.out.size()) {
    ssize_t sent = send(connection.socket, connection.out.data() + connection.sent,
                        connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      Watch(connection, true);
      return;
    }
    if (sent < 0) {
      Lose(connection);
      return;
    }
    connection.sent += static_cast<size_t>(sent);
  }
  Watch(connection, false);
}

void Worker::Watch(Connection& connection, bool write) {
  if (connection.wants_write == write) {
    return;
  }
  connection.wants_write = write;
  epoll_event event{};
  event.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event);
}

void Worker::ReceiveMore(Connection& connection) {
  ssize_t got = recv(connection.socket, buffer_.data(), buffer_.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (got <= 0 || !connection.busy) {
    Lose(connection);
    return;
  }
  connection.reader.Put({buffer_.data(), static_cast<size_t>(got)});
  if (connection.reader.state() == ResponseReader::State::kDone) {
    Finish(connection);
  } else if (connection.reader.state() == ResponseReader::State::kBroken) {
    Lose(connection);
  }
}

void Worker::Finish(Connection& connection) {
  auto now = steady_clock::now();
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - connection.started);
  KindTally& kind = tally_.kinds[static_cast<size_t>(connection.kind)];
  kind.latencies_us.push_back(static_cast<uint32_t>(took.count()));
  kind.body_bytes += connection.reader.body_bytes();
  ++kind.statuses[connection.reader.status()];
  tally_.last_answer_s = duration<double>(now - budget_->start).count();
  connection.source.Answered(connection.reader.status());
  connection.busy = false;
  --busy_;
  if (connection.reader.close()) {
    close(connection.socket);
    connection.socket = -1;
    if (!Open(connection)) {
      ++tally_.broken;
      return;
    }
  }
  Issue(connection);
}

void Worker::Lose(Connection& connection) {
  bool busy = connection.busy;
  close(connection.socket);
  connection.socket = -1;
  connection.busy = false;
  if (busy) {
    --busy_;
    ++tally_.broken;
    if (steady_clock::now() < budget_->end && Open(connection)) {
      Issue(connection);
    }
  }
}

}  // namespace firn::bench
