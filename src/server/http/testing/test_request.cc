#include "server/http/testing/test_request.h"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace firn::http::testing {

struct TestRequest::Native {
  boost::beast::http::request<boost::beast::http::string_body> message;
};

TestRequest::TestRequest(Method method, std::string target, std::string body, Headers headers)
    : native_(std::make_unique<Native>()),
      target_(std::move(target)),
      body_(std::move(body)),
      request_(std::make_unique<Request>(&native_->message)) {
  for (const auto& [name, value] : headers) {
    native_->message.insert(name, value);
  }
  request_->method = method;
  request_->target = target_;
  size_t question = request_->target.find('?');
  request_->path = request_->target.substr(0, question);
  if (question != std::string_view::npos) {
    request_->query = request_->target.substr(question + 1);
  }
  request_->body = body_;
  request_->remote = "127.0.0.1";
  request_->deadline = MonotonicTime::max();
}

TestRequest::~TestRequest() = default;

}  // namespace firn::http::testing
