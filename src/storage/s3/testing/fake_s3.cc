#include "storage/s3/testing/fake_s3.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/sha256.h"
#include "storage/http/uri.h"

namespace firn::storage::s3::testing {
namespace {

using http::HttpRequest;
using http::HttpResponse;
using http::UriDecode;

HttpResponse Refuse(int status, std::string_view code) {
  return {.status = status,
          .body = fmt::format("<?xml version=\"1.0\"?>\n<Error><Code>{}</Code></Error>", code)};
}

std::string Header(const HttpRequest& request, std::string_view name) {
  const std::string* value = http::FindHeader(request.headers, name);
  return value == nullptr ? "" : *value;
}

std::string Unescape(std::string text) {
  const std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}};
  for (const auto& [entity, plain] : kEntities) {
    for (size_t at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
      text.replace(at, entity.size(), plain);
    }
  }
  return text;
}

/// What stands between `<name>` and `</name>`, each time.
std::vector<std::string> Elements(std::string_view xml, const std::string& name) {
  std::vector<std::string> texts;
  std::string open = "<" + name + ">";
  std::string close = "</" + name + ">";
  for (size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at)) {
    at += open.size();
    size_t end = xml.find(close, at);
    texts.push_back(Unescape(std::string(xml.substr(at, end - at))));
  }
  return texts;
}

}  // namespace

/// A request taken apart.
struct FakeS3::Call {
  const HttpRequest& request;
  std::string bucket;
  std::string key;
  std::map<std::string, std::string> query;

  bool Asks(const std::string& name) const { return query.contains(name); }
};

Result<HttpResponse> FakeS3::RoundTrip(const HttpRequest& request, MonotonicTime /*deadline*/) {
  http::UrlParts url = http::SplitUrl(request.url);
  Call call{.request = request};
  std::string_view path = url.path.substr(1);
  call.bucket = path.substr(0, path.find('/'));
  call.key = path.contains('/') ? UriDecode(path.substr(path.find('/') + 1)) : "";
  std::string first;
  for (std::string_view rest = url.query; !rest.empty();) {
    std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    size_t equals = std::min(pair.find('='), pair.size());
    std::string name = UriDecode(pair.substr(0, equals));
    first = first.empty() ? " " + name : first;
    call.query[name] = UriDecode(pair.substr(std::min(equals + 1, pair.size())));
  }
  std::scoped_lock lock(mutex_);
  ++counts_[request.method + first];
  if (!aws::Verify(request, credentials_, scope_, clock_.Now()).has_value()) {
    return Refuse(403, "SignatureDoesNotMatch");
  }
  if (Header(request, "x-amz-content-sha256") != Sha256Hex(request.body)) {
    return Refuse(400, "XAmzContentSHA256Mismatch");
  }
  HttpResponse response = call.bucket == "bucket" ? Serve(call) : Refuse(404, "NoSuchBucket");
  if (response.status < 300 && request.method != "HEAD" &&
      static_cast<int64_t>(response.body.size()) > request.max_response_bytes) {
    return Error(ErrorCode::kPayloadTooLarge, "The response is too large");
  }
  return response;
}

HttpResponse FakeS3::Serve(const Call& call) {
  const std::string& method = call.request.method;
  if (method == "PUT") {
    return Put(call);
  }
  if (method == "POST") {
    return Post(call);
  }
  if (method == "DELETE") {
    return Remove(call);
  }
  HttpResponse response = call.Asks("list-type") ? List(call) : Get(call);
  if (method == "HEAD") {
    response.body.clear();
  }
  return response;
}

std::string FakeS3::NextTag() { return fmt::format("\"tag-{}\"", ++tags_); }

HttpResponse FakeS3::CheckCondition(const Call& call) {
  bool taken = Header(call.request, "if-none-match") == "*" && objects_.contains(call.key);
  return taken ? Refuse(412, "PreconditionFailed") : HttpResponse{};
}

HttpResponse FakeS3::Put(const Call& call) {
  if (call.Asks("uploadId")) {
    auto upload = uploads_.find(call.query.at("uploadId"));
    if (upload == uploads_.end()) {
      return Refuse(404, "NoSuchUpload");
    }
    upload->second.parts[std::stoi(call.query.at("partNumber"))] = call.request.body;
    return {.status = 200, .headers = {{"etag", NextTag()}}};
  }
  HttpResponse refusal = CheckCondition(call);
  if (refusal.status != 0) {
    return refusal;
  }
  objects_[call.key] = {std::string(call.request.body), NextTag(),
                        Header(call.request, "x-amz-meta-firn-write")};
  return {.status = 200, .headers = {{"etag", objects_[call.key].etag}}};
}

HttpResponse FakeS3::Get(const Call& call) {
  auto found = objects_.find(call.key);
  if (found == objects_.end()) {
    return Refuse(404, "NoSuchKey");
  }
  const FakeObject& object = found->second;
  std::string wanted = Header(call.request, "if-match");
  if (!wanted.empty() && wanted != object.etag) {
    return Refuse(412, "PreconditionFailed");
  }
  HttpResponse response{.status = 200,
                        .headers = {{"etag", object.etag},
                                    {"content-length", std::to_string(object.bytes.size())},
                                    {"last-modified", "Sat, 31 Jan 2026 10:00:00 GMT"},
                                    {"x-amz-meta-firn-write", object.marker}},
                        .body = object.bytes};
  std::string range = Header(call.request, "range");
  if (!range.empty()) {
    size_t begin = std::stoul(range.substr(6));
    size_t end = std::stoul(range.substr(range.find('-') + 1));
    if (begin >= object.bytes.size()) {
      return Refuse(416, "InvalidRange");
    }
    response.status = 206;
    response.body = object.bytes.substr(begin, end - begin + 1);
    response.headers.push_back(
        {"content-range", fmt::format("bytes {}-{}/{}", begin, begin + response.body.size() - 1,
                                      object.bytes.size())});
  }
  return response;
}

HttpResponse FakeS3::Remove(const Call& call) {
  if (call.Asks("uploadId")) {
    return uploads_.erase(call.query.at("uploadId")) > 0 ? HttpResponse{.status = 204}
                                                         : Refuse(404, "NoSuchUpload");
  }
  if (undeletable.contains(call.key)) {
    return Refuse(403, undeletable[call.key]);
  }
  objects_.erase(call.key);
  return {.status = 204};
}

HttpResponse FakeS3::Post(const Call& call) {
  if (call.Asks("delete")) {
    return RemoveMany(call);
  }
  if (call.Asks("uploads")) {
    std::string id = fmt::format("id+/{}=", ++tags_);
    uploads_[id] = {call.key, Header(call.request, "x-amz-meta-firn-write"), {}};
    return {.status = 200,
            .body = fmt::format("<InitiateMultipartUploadResult><UploadId>{}</UploadId>"
                                "</InitiateMultipartUploadResult>",
                                id)};
  }
  return Complete(call);
}

HttpResponse FakeS3::Complete(const Call& call) {
  auto upload = uploads_.find(call.query.at("uploadId"));
  if (upload == uploads_.end()) {
    return Refuse(404, "NoSuchUpload");
  }
  HttpResponse refusal = CheckCondition(call);
  if (refusal.status != 0) {
    return refusal;
  }
  FakeObject object{.etag = NextTag(), .marker = upload->second.marker};
  for (const std::string& number : Elements(call.request.body, "PartNumber")) {
    object.bytes += upload->second.parts.at(std::stoi(number));
  }
  objects_[call.key] = std::move(object);
  uploads_.erase(upload);
  return {.status = 200, .body = "<CompleteMultipartUploadResult/>"};
}

HttpResponse FakeS3::RemoveMany(const Call& call) {
  if (!has_batch_delete) {
    return Refuse(501, "NotImplemented");
  }
  std::vector<std::string> named = Elements(call.request.body, "Key");
  if (Header(call.request, "content-md5").size() != 24 || named.empty() || named.size() > 1000) {
    return Refuse(400, "MalformedXML");
  }
  std::string xml = "<DeleteResult>";
  for (const std::string& key : named) {
    auto kept = undeletable.find(key);
    if (kept == undeletable.end()) {
      objects_.erase(key);
    } else {
      xml += fmt::format("<Error><Key>{}</Key><Code>{}</Code></Error>", key, kept->second);
    }
  }
  return {.status = 200, .body = xml + "</DeleteResult>"};
}

HttpResponse FakeS3::List(const Call& call) {
  auto value = [&](const std::string& name) {
    return call.Asks(name) ? call.query.at(name) : std::string();
  };
  std::string prefix = value("prefix");
  size_t limit = std::min<size_t>(std::stoul(value("max-keys")), max_page);
  std::string xml;
  size_t count = 0;
  bool truncated = false;
  for (auto it = objects_.upper_bound(value("start-after")); it != objects_.end(); ++it) {
    if (!it->first.starts_with(prefix)) {
      continue;
    }
    if (count == limit) {
      truncated = true;
      break;
    }
    ++count;
    xml += fmt::format(
        "<Contents><Key>{}</Key><LastModified>2026-01-31T10:00:00.000Z</LastModified>"
        "<Size>{}</Size></Contents>",
        http::UriEncode(it->first, http::Slash::kKeep), it->second.bytes.size());
  }
  return {.status = 200,
          .body = fmt::format("<ListBucketResult><IsTruncated>{}</IsTruncated>{}"
                              "</ListBucketResult>",
                              truncated, xml)};
}

std::vector<std::string> FakeS3::keys() {
  std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [key, object] : objects_) {
    names.push_back(key);
  }
  return names;
}

size_t FakeS3::open_uploads() {
  std::scoped_lock lock(mutex_);
  return uploads_.size();
}

std::map<std::string, int> FakeS3::counts() {
  std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace firn::storage::s3::testing
