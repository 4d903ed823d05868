#include "storage/http/http_message.h"

#include <algorithm>
#include <utility>

namespace firn::storage::http {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace

const std::string* FindHeader(const HeaderList& headers, std::string_view name) {
  auto found =
      std::ranges::find_if(headers, [&](const Header& h) { return SameName(h.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

void SetHeader(HeaderList& headers, std::string_view name, std::string value) {
  std::erase_if(headers, [&](const Header& h) { return SameName(h.name, name); });
  headers.push_back({std::string(name), std::move(value)});
}

}  // namespace firn::storage::http
