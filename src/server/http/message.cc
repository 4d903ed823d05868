#include "server/http/message.h"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace firn::http {
namespace {

namespace beast_http = boost::beast::http;

const beast_http::fields& FieldsOf(const void* native) {
  return *static_cast<const beast_http::request<beast_http::string_body>*>(native);
}

}  // namespace

std::string_view ToString(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kPatch:
      return "PATCH";
    case Method::kTrace:
      return "TRACE";
    case Method::kOther:
      break;
  }
  return "OTHER";
}

std::string_view Request::Header(std::string_view name) const {
  const auto& fields = FieldsOf(native_);
  auto field = fields.find(name);
  return field == fields.end() ? std::string_view() : std::string_view(field->value());
}

bool Request::HasHeader(std::string_view name) const { return FieldsOf(native_).count(name) > 0; }

size_t Response::body_size() const {
  size_t size = 0;
  for (const Body& piece : body) {
    size += piece->size();
  }
  return size;
}

Response MakeResponse(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", content_type);
  response.body.push_back(std::make_shared<const std::string>(std::move(body)));
  return response;
}

}  // namespace firn::http
