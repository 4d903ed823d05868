#include "storage/http/http_date.h"

#include <ctime>

#include <curl/curl.h>

namespace firn::storage::http {

std::optional<TimestampMs> ParseHttpDate(const std::string& text) {
  time_t seconds = curl_getdate(text.c_str(), nullptr);
  if (seconds == -1) {
    return std::nullopt;
  }
  return TimestampMs(int64_t{seconds} * 1000);
}

}  // namespace firn::storage::http
