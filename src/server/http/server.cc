#include "server/http/server.h"

#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <pthread.h>

#include "server/http/connection_internal.h"

namespace firn::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::milliseconds kSweepInterval{250};
constexpr std::chrono::milliseconds kAcceptPause{50};
constexpr int kListenBacklog = 4096;
/// Then the connections that are in have their turn.
constexpr int kMaxAcceptedAtOnce = 256;

/// One thread, its event loop and its connections.
struct IoThread {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer sweep{context};
  /// Ends the sweep. A timer that has just expired cannot be cancelled: its wait succeeded.
  bool stopping = false;
  ConnectionList list;
  std::thread thread;
};

asio::awaitable<void> Sweep(IoThread& io) {
  boost::system::error_code error;
  while (!io.stopping) {
    io.sweep.expires_after(kSweepInterval);
    co_await io.sweep.async_wait(asio::redirect_error(asio::use_awaitable, error));
    io.list.CloseOverdue(std::chrono::steady_clock::now());
  }
}

asio::awaitable<void> ServeOne(std::unique_ptr<Connection> connection, bool admitted) {
  if (admitted) {
    co_await connection->Serve();
  } else {
    co_await connection->Refuse();
  }
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const ServerOptions& options, Handler& handler, RequestObserver& observer)
      : state_{handler, observer, options.limits,
               WorkerPool(
                   {.threads = options.worker_threads,
                    .max_queued = options.limits.max_queued_requests,
                    .max_computing_changes = std::max(1U, std::thread::hardware_concurrency())}),
               WorkerPool({.threads = options.long_threads,
                           .max_queued = options.limits.max_queued_long_requests})},
        acceptor_(MakeThreads(options)) {}

  ~Impl() { Stop(); }

  Status Listen(const ServerOptions& options) {
    boost::system::error_code error;
    auto address =
        asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
    if (error) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Not an IP address to listen on: {}", options.host));
    }
    tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) {
      acceptor_.set_option(asio::socket_base::reuse_address(true), error);
      acceptor_.bind(endpoint, error);
    }
    if (!error) {
      acceptor_.listen(kListenBacklog, error);
    }
    if (error) {
      return Error(ErrorCode::kUnavailable,
                   fmt::format("Cannot listen on {}:{}: {}; --listen chooses another address",
                               options.host, options.port, error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  void Run() {
    asio::co_spawn(threads_[0]->context, Accept(), asio::detached);
    for (auto& io : threads_) {
      asio::co_spawn(io->context, Sweep(*io), asio::detached);
      io->thread = std::thread([&io = *io] { io.context.run(); });
      pthread_setname_np(io->thread.native_handle(), "firn-io");
    }
  }

  bool Drain(std::chrono::milliseconds timeout) {
    auto end = std::chrono::steady_clock::now() + timeout;
    state_.draining = true;
    asio::post(threads_[0]->context, [this] {
      boost::system::error_code error;
      acceptor_.close(error);
    });
    auto idle_end = std::chrono::steady_clock::now() + std::min(timeout, kDrainIdleGrace);
    for (auto& io : threads_) {
      asio::post(io->context, [&io = *io, idle_end] { io.list.LimitIdle(idle_end); });
    }
    while (state_.open_connections > 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return state_.open_connections == 0;
  }

  uint16_t port() const { return port_; }
  size_t queued_requests() const { return state_.workers.queued() + state_.long_workers.queued(); }

 private:
  asio::io_context& MakeThreads(const ServerOptions& options) {
    size_t count = options.io_threads > 0 ? options.io_threads
                                          : std::max(1U, std::thread::hardware_concurrency());
    for (size_t i = 0; i < count; ++i) {
      threads_.push_back(std::make_unique<IoThread>());
    }
    return threads_[0]->context;
  }

  /// A crowd that comes at once is let in at once: taken one at a time, between the requests of
  /// those who are in, its last would wait for seconds.
  asio::awaitable<void> Accept() {
    boost::system::error_code error;
    acceptor_.non_blocking(true, error);
    while (!state_.draining) {
      co_await acceptor_.async_wait(tcp::acceptor::wait_read,
                                    asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) {
        co_return;
      }
      for (int i = 0; i < kMaxAcceptedAtOnce && !error; ++i) {
        IoThread& io = *threads_[next_thread_];
        tcp::socket socket = acceptor_.accept(io.context, error);
        if (!error) {
          next_thread_ = (next_thread_ + 1) % threads_.size();
          Admit(io, std::move(socket));
        }
      }
      if (error && error != asio::error::would_block && error != asio::error::connection_aborted) {
        // Out of descriptors.
        asio::steady_timer pause(threads_[0]->context, kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      }
    }
  }

  void Admit(IoThread& io, tcp::socket socket) {
    bool admitted = state_.open_connections.fetch_add(1) < state_.limits.max_connections;
    asio::post(io.context, [this, &io, admitted, socket = std::move(socket)]() mutable {
      auto connection = std::make_unique<Connection>(std::move(socket), state_, io.list);
      asio::co_spawn(io.context, ServeOne(std::move(connection), admitted), asio::detached);
    });
  }

  /// Cuts what is left. Workers finish first, so that every answer reaches its connection before
  /// the event loops run dry.
  void Stop() {
    state_.draining = true;
    state_.stopping = true;
    for (auto& io : threads_) {
      asio::post(io->context, [&io = *io] { io.list.StopLongWork(); });
    }
    state_.workers.Shutdown();
    state_.long_workers.Shutdown();
    for (auto& io : threads_) {
      asio::post(io->context, [this, &io = *io] {
        boost::system::error_code error;
        if (&io == threads_[0].get()) {
          acceptor_.close(error);
        }
        io.list.CloseAll();
        io.stopping = true;
        io.sweep.cancel();
        io.work.reset();
      });
    }
    for (auto& io : threads_) {
      if (io->thread.joinable()) {
        io->thread.join();
      }
    }
  }

  std::vector<std::unique_ptr<IoThread>> threads_;
  ServerState state_;
  tcp::acceptor acceptor_;
  uint16_t port_ = 0;
  /// Gets the next connection.
  size_t next_thread_ = 0;
};

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const ServerOptions& options,
                                                      Handler& handler,
                                                      RequestObserver& observer) {
  auto impl = std::make_unique<Impl>(options, handler, observer);
  RETURN_IF_ERROR(impl->Listen(options));
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

uint16_t HttpServer::port() const { return impl_->port(); }
size_t HttpServer::queued_requests() const { return impl_->queued_requests(); }

bool HttpServer::Drain(std::chrono::milliseconds timeout) { return impl_->Drain(timeout); }

}  // namespace firn::http
