// TestRequest: an http::Request without a socket, for tests of handlers.
//
// Thread-safety: as Request; it must outlive the Request that it gives out.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/message.h"

namespace firn::http::testing {

class TestRequest {
 public:
  using Headers = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// `target` as on the request line, with its query. No deadline, from 127.0.0.1.
  TestRequest(Method method, std::string target, std::string body = {}, Headers headers = {});
  ~TestRequest();
  TestRequest(const TestRequest&) = delete;
  TestRequest& operator=(const TestRequest&) = delete;

  const Request& get() const { return *request_; }

 private:
  struct Native;

  std::unique_ptr<Native> native_;
  std::string target_;
  std::string body_;
  std::unique_ptr<Request> request_;
};

}  // namespace firn::http::testing
