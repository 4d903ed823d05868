#include "storage/http/curl_transport.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/waiting_scope.h"

namespace firn::storage::http {
namespace {

using HeaderChain = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

/// What the callbacks of one transfer fill in.
struct Transfer {
  HttpResponse response;
  int64_t max_bytes = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  /// Room for the body was made, as large as its length was announced.
  bool reserved = false;
};

/// Bodies are given their room at once up to this size: a length is only announced.
constexpr int64_t kMaxReserveBytes = int64_t{64} * 1024 * 1024;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::string_view(" \t\r\n").contains(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// `HTTP/1.1 200 OK` begins the headers anew: an interim response came before.
void TakeHeaderLine(Transfer& transfer, std::string_view line) {
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();
    size_t space = std::min(line.find(' '), line.size());
    int status = 0;
    for (char c : Trim(line.substr(space)).substr(0, 3)) {
      status = c >= '0' && c <= '9' ? status * 10 + (c - '0') : 0;
    }
    transfer.response.status = status;
    return;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  transfer.response.headers.push_back({std::move(name), std::string(Trim(line.substr(colon + 1)))});
}

size_t OnHeader(char* data, size_t size, size_t count, void* target) {
  auto& transfer = *static_cast<Transfer*>(target);
  transfer.header_bytes += size * count;
  if (transfer.header_bytes > kMaxResponseHeaderBytes) {
    transfer.too_large = true;
    return 0;
  }
  TakeHeaderLine(transfer, {data, size * count});
  return size * count;
}

void ReserveAnnounced(Transfer& transfer) {
  transfer.reserved = true;
  const std::string* length = FindHeader(transfer.response.headers, "content-length");
  int64_t bytes = 0;
  if (length != nullptr) {
    std::from_chars(length->data(), length->data() + length->size(), bytes);
  }
  bytes = std::clamp<int64_t>(bytes, 0, std::min(kMaxReserveBytes, transfer.max_bytes));
  transfer.response.body.reserve(static_cast<size_t>(bytes));
}

size_t OnBody(char* data, size_t size, size_t count, void* target) {
  auto& transfer = *static_cast<Transfer*>(target);
  std::string& body = transfer.response.body;
  size_t bytes = size * count;
  if (transfer.response.status >= 300) {
    size_t room = static_cast<size_t>(kMaxErrorBodyBytes) - body.size();
    body.append(data, std::min(bytes, room));
    return bytes;
  }
  if (std::cmp_greater(bytes, transfer.max_bytes - static_cast<int64_t>(body.size()))) {
    transfer.too_large = true;
    return 0;
  }
  if (!transfer.reserved) {
    ReserveAnnounced(transfer);
  }
  body.append(data, bytes);
  return bytes;
}

bool Add(HeaderChain& chain, const std::string& line) {
  curl_slist* longer = curl_slist_append(chain.get(), line.c_str());
  if (longer == nullptr) {
    return false;
  }
  static_cast<void>(chain.release());
  chain.reset(longer);
  return true;
}

/// The request's headers, and those that libcurl would add of its own taken out.
Result<HeaderChain> Chain(const HttpRequest& request) {
  HeaderChain chain(nullptr, &curl_slist_free_all);
  bool fine = Add(chain, "Expect:");
  for (const Header& header : request.headers) {
    bool line_break = header.name.find_first_of("\r\n:") != std::string::npos ||
                      header.value.find_first_of("\r\n") != std::string::npos;
    if (line_break) {
      return Error(ErrorCode::kInvalidArgument, "A request header holds a line break");
    }
    // A header without a value is written with a semicolon, else libcurl leaves it out.
    fine = fine &&
           Add(chain, header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (FindHeader(request.headers, "content-type") == nullptr) {
    fine = fine && Add(chain, "Content-Type:");
  }
  if (!fine) {
    return Error(ErrorCode::kInternal, "libcurl has no memory for the headers");
  }
  return chain;
}

/// `host:port` of a URL, for errors.
std::string HostOf(std::string_view url) {
  size_t begin = url.find("://");
  url.remove_prefix(begin == std::string_view::npos ? 0 : begin + 3);
  url = url.substr(0, std::min(url.find_first_of("/?"), url.size()));
  return std::string(url.substr(url.find('@') == std::string_view::npos ? 0 : url.find('@') + 1));
}

bool NothingWasSent(CURL* handle) {
  long bytes = 0;
  return curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes == 0;
}

ErrorCode CodeOf(CURLcode code, CURL* handle, bool past_deadline) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return ErrorCode::kInvalidArgument;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      // Where a pooled connection died under the request, this is libcurl's second try.
      return NothingWasSent(handle) ? ErrorCode::kUnavailable : ErrorCode::kIoError;
    case CURLE_OPERATION_TIMEDOUT:
      if (NothingWasSent(handle) && !past_deadline) {
        return ErrorCode::kUnavailable;  // connect_timeout
      }
      [[fallthrough]];
    default:
      return past_deadline ? ErrorCode::kDeadlineExceeded : ErrorCode::kIoError;
  }
}

void SetMethodAndBody(CURL* handle, const HttpRequest& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method == "PUT" || request.method == "POST" || !request.body.empty()) {
    // Its size is told below. NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
    const char* body = request.body.empty() ? "" : request.body.data();
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body);
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

/// Rounded up, so that libcurl never ends before the deadline. At least 1: 0 would be "no limit".
long MillisecondsLeft(MonotonicTime deadline) {
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<long>(std::clamp<int64_t>(left.count() + 1, 1, 24L * 3600 * 1000));
}

void SetConnection(CURL* handle, const CurlOptions& options, MonotonicTime deadline) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kMinBytesPerSecond);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                   static_cast<long>(options.stall_timeout.count()));
  if (deadline != kNoDeadline) {
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, MillisecondsLeft(deadline));
  }
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
}

}  // namespace

struct CurlTransport::Handle {
  CURL* curl = curl_easy_init();
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

/// A handle on loan.
class CurlTransport::Lease {
 public:
  Lease(CurlTransport& pool, MonotonicTime deadline) : pool_(pool), handle_(pool.Take(deadline)) {}
  ~Lease() {
    if (handle_ != nullptr) {
      pool_.GiveBack(std::move(handle_));
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Handle* get() const { return handle_.get(); }

 private:
  CurlTransport& pool_;
  std::unique_ptr<Handle> handle_;
};

Result<std::unique_ptr<CurlTransport>> CurlTransport::Make(const CurlOptions& options) {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kInitialised != CURLE_OK) {
    return Error(ErrorCode::kInternal, "libcurl cannot be initialised");
  }
  return std::unique_ptr<CurlTransport>(new CurlTransport(options));
}

CurlTransport::CurlTransport(const CurlOptions& options) : options_(options) {}
CurlTransport::~CurlTransport() = default;

std::unique_ptr<CurlTransport::Handle> CurlTransport::Take(MonotonicTime deadline) {
  std::unique_lock lock(mutex_);
  auto free = [this] { return in_use_ < options_.max_connections; };
  if (deadline == kNoDeadline) {
    came_free_.wait(lock, free);
  } else if (!came_free_.wait_until(lock, deadline, free)) {
    return nullptr;
  }
  ++in_use_;
  if (idle_.empty()) {
    return std::make_unique<Handle>();
  }
  auto handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void CurlTransport::GiveBack(std::unique_ptr<Handle> handle) {
  {
    std::scoped_lock lock(mutex_);
    --in_use_;
    idle_.push_back(std::move(handle));
  }
  came_free_.notify_one();
}

Result<HttpResponse> CurlTransport::RoundTrip(const HttpRequest& request, MonotonicTime deadline) {
  ASSIGN_OR_RETURN(HeaderChain headers, Chain(request));
  // Before the lease, so that no handle is held while a turn to compute is waited for.
  WaitingScope waiting;
  Lease lease(*this, deadline);
  if (lease.get() == nullptr) {
    return Error(ErrorCode::kUnavailable, "All connections are in use")
        .With("host", HostOf(request.url))
        .With("connections", std::to_string(options_.max_connections));
  }
  CURL* handle = lease.get()->curl;
  if (handle == nullptr) {
    return Error(ErrorCode::kInternal, "libcurl gives no handle");
  }
  curl_easy_reset(handle);  // keeps the connection
  Transfer transfer{.response = {}, .max_bytes = request.max_response_bytes};
  SetConnection(handle, options_, deadline);
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (request.connection == ConnectionUse::kFresh) {
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  }
  SetMethodAndBody(handle, request);
  CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OK) {
    return std::move(transfer.response);
  }
  bool past = std::chrono::steady_clock::now() >= deadline;
  ErrorCode ours = transfer.too_large ? ErrorCode::kPayloadTooLarge : CodeOf(code, handle, past);
  return Error(ours, transfer.too_large ? "The response is too large" : curl_easy_strerror(code))
      .With("host", HostOf(request.url));
}

}  // namespace firn::storage::http
