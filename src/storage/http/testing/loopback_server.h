// LoopbackServer: an HTTP server on 127.0.0.1 that answers by a script and misbehaves as told: it
// resets, closes in the middle of an answer, falls silent or drips bytes. For tests of what a
// network does; what a service does is faked behind HttpTransport.
//
// Thread-safety: the script runs on the server's threads, one a connection; the rest from one
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/http/http_message.h"

namespace firn::storage::http::testing {

/// A request as it came; the body by its Content-Length.
struct ReceivedRequest {
  std::string method;
  std::string target;
  HeaderList headers;
  std::string body;
};

/// What follows the bytes of an answer.
enum class AnswerEnd : uint8_t {
  kKeepOpen,
  kClose,
  kReset,  ///< The connection is reset: RST instead of FIN.
  kStall,  ///< Nothing, until the client goes away.
};

struct ScriptedAnswer {
  /// Raw: status line, headers, body, or a part of them.
  std::string bytes;
  AnswerEnd end = AnswerEnd::kKeepOpen;
  /// Between two bytes; 0: all at once.
  std::chrono::milliseconds drip{0};
};

/// An answer with its Content-Length.
ScriptedAnswer Answer(int status, std::string_view body, std::string_view headers = "");

class LoopbackServer {
 public:
  using Script = std::function<ScriptedAnswer(const ReceivedRequest& request, int number)>;

  /// `number` counts requests from 1. A server that cannot listen ends the program.
  explicit LoopbackServer(Script script);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// `http://127.0.0.1:PORT`.
  std::string uri() const;
  /// Those whose headers and body had come.
  std::vector<ReceivedRequest> requests();
  int connections();
  /// New connections are refused from now on, open ones are served on; the script may call it.
  void StopListening();

 private:
  void Accept();
  void Serve(int socket);
  /// False where the connection ends.
  bool SendAnswer(int socket, const ScriptedAnswer& answer);
  /// True while the server runs and the socket has something to read or has ended.
  bool WaitReadable(int socket) const;

  Script script_;
  int listener_ = -1;
  int stop_read_ = -1;
  int stop_write_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<ReceivedRequest> requests_;
  int connections_ = 0;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace firn::storage::http::testing
