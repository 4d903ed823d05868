// One client's connection: reads requests, has them answered, writes responses, under the limits.
// Private to server/http. A Connection lives on its I/O thread and is destroyed by its coroutine.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/handler.h"
#include "server/http/limits.h"
#include "server/http/worker_pool.h"

namespace firn::http {

/// How long a kept-alive connection may still send a request once draining began.
inline constexpr std::chrono::milliseconds kDrainIdleGrace{1'500};

/// What all connections of a server share.
struct ServerState {
  Handler& handler;
  RequestObserver& observer;
  Limits limits;
  WorkerPool workers;
  /// Of Lane::kLong.
  WorkerPool long_workers;
  std::atomic<bool> draining = false;
  /// Long work is told to stop.
  std::atomic<bool> stopping = false;
  std::atomic<size_t> open_connections = 0;
  std::atomic<size_t> inflight_body_bytes = 0;
};

class Connection;

/// One I/O thread's connections, so that a sweep can close the overdue ones. Used on that thread
/// only.
struct ConnectionList {
  std::list<Connection*> connections;

  void CloseOverdue(MonotonicTime now);
  /// From now on a connection that waits for its next request waits until `deadline` at most.
  void LimitIdle(MonotonicTime deadline);
  /// Tells the work of Lane::kLong to stop.
  void StopLongWork();
  void CloseAll();
};

class Connection {
 public:
  Connection(boost::asio::ip::tcp::socket socket, ServerState& state, ConnectionList& list);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves requests until the client, a limit or the drain ends it.
  boost::asio::awaitable<void> Serve();
  /// Answers 429 and closes.
  boost::asio::awaitable<void> Refuse();

 private:
  friend struct ConnectionList;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using ErrorCodeOf = boost::system::error_code;

  enum class ReadOutcome : uint8_t { kRequest, kClosed, kRejected };

  boost::asio::awaitable<ReadOutcome> ReadRequest();
  /// Waits for the first byte of a request, without counting empty lines.
  boost::asio::awaitable<bool> AwaitRequest();
  boost::asio::awaitable<ReadOutcome> ReadHead();
  boost::asio::awaitable<bool> ReadMore(size_t at_most);
  boost::asio::awaitable<ReadOutcome> ReadBody();
  boost::asio::awaitable<Response> Answer(Request& request);
  boost::asio::awaitable<Response> AnswerOnWorker(Request& request);
  /// Runs `task` on a thread for such work; nullopt where they have too much to do.
  template <class T>
  boost::asio::awaitable<std::optional<T>> OnWorker(Work work, std::move_only_function<T()> task);
  /// False where its threads have too much to do; then `task` is left as it was.
  bool Submit(const Work& work, std::move_only_function<void()>& task);
  boost::asio::awaitable<bool> Write(const Response& response, bool head_only, bool keep_alive);
  /// Write for a response that has a rest; where that fails, the response gets its error's type.
  boost::asio::awaitable<bool> WriteStreamed(Response& response, bool& keep_alive);
  /// Sends the bytes, each piece of them by the limits and all by `whole`.
  boost::asio::awaitable<bool> WritePieces(std::vector<boost::asio::const_buffer> pieces,
                                           MonotonicTime whole);
  boost::asio::awaitable<Result<Body>> NextPiece(BodyStream& stream);
  /// Until EndLongWork the request has what its work is told to stop by: OnOverdue does at its
  /// deadline, WatchClient when the client goes.
  void BeginLongWork(Request& request);
  void EndLongWork();
  void WatchClient();
  /// Answers an error, closes, and tells the observer; always kRejected.
  boost::asio::awaitable<ReadOutcome> Reject(int status, ErrorCode code, std::string message);
  /// The rest of a request did not come: 408 where it took too long, a log line in any case.
  boost::asio::awaitable<ReadOutcome> GiveUp();
  /// What Beast says of a head or a body.
  boost::asio::awaitable<ReadOutcome> RejectMalformed(ErrorCodeOf error);
  boost::asio::awaitable<void> DiscardInput();

  /// Of the request that is read or answered: there is one from ReadRequest on.
  Parser& parser() { return *parser_; }              // NOLINT(bugprone-unchecked-optional-access)
  const Parser& parser() const { return *parser_; }  // NOLINT(bugprone-unchecked-optional-access)
  Request MakeRequest() const;
  bool ReserveBody(size_t size);
  void ReleaseBody();
  /// `start` is when the request was whole, or given up.
  void Summarise(const Response& response, MonotonicTime start, bool written);
  /// The deadline passed: ends what is read so that 408 can be answered, or closes.
  void OnOverdue();
  void DeadlineIn(std::chrono::milliseconds time);
  void Close();

  boost::asio::ip::tcp::socket socket_;
  ServerState& state_;
  ConnectionList& list_;
  std::list<Connection*>::iterator place_;
  std::string remote_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  MonotonicTime deadline_ = MonotonicTime::max();
  MonotonicTime body_deadline_ = MonotonicTime::max();
  size_t reserved_body_bytes_ = 0;
  bool waiting_for_request_ = false;
  /// From the first byte of a request to the end of its body.
  bool reading_ = false;
  bool timed_out_ = false;
  /// A request of Lane::kLong, from its begin on a worker to the end of its answer.
  struct LongWork {
    std::stop_source stop;
    MonotonicTime deadline;
    /// A worker is at it: the connection waits.
    bool computing = false;
  };
  std::shared_ptr<LongWork> long_work_;
  /// Of `rest`.
  size_t streamed_bytes_ = 0;
  std::string write_buffer_;
};

}  // namespace firn::http
