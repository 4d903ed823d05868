#include "server/http/url.h"

#include <simdjson.h>

#include "base/hex.h"

namespace firn::http {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

Result<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error(ErrorCode::kInvalidArgument, "Malformed percent-encoding in the request path");
      }
      decoded += static_cast<char>((high << 4) | low);
      i += 2;
    }
  }
  if (!IsCleanUtf8(decoded)) {
    return Error(ErrorCode::kInvalidArgument, "The request path or query is not valid UTF-8");
  }
  return decoded;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (char c : text) {
    if (IsUnreserved(c)) {
      encoded += c;
    } else {
      encoded += '%';
      for (char digit : HexEncode({&c, 1})) {
        encoded += static_cast<char>(digit >= 'a' ? digit - 'a' + 'A' : digit);
      }
    }
  }
  return encoded;
}

std::vector<std::string_view> SplitPath(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty() && path.front() == '/') {
    path.remove_prefix(1);
  }
  while (true) {
    size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) {
      return segments;
    }
    path.remove_prefix(slash + 1);
  }
}

bool IsCleanUtf8(std::string_view text) {
  return text.find('\0') == std::string_view::npos &&
         simdjson::validate_utf8(text.data(), text.size());
}

Result<Query> Query::Parse(std::string_view query) {
  Query parsed;
  while (!query.empty()) {
    size_t end = query.find('&');
    std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) {
      continue;
    }
    size_t equals = pair.find('=');
    std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    ASSIGN_OR_RETURN(std::string key, PercentDecode(pair.substr(0, equals), true));
    ASSIGN_OR_RETURN(std::string decoded, PercentDecode(value, true));
    parsed.pairs_.emplace_back(std::move(key), std::move(decoded));
  }
  return parsed;
}

std::optional<std::string_view> Query::Find(std::string_view key) const {
  for (const auto& [name, value] : pairs_) {
    if (name == key) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace firn::http
