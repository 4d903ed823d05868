#include "options.h"

#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace firn::bench {
namespace {

constexpr std::array<std::string_view, kKinds> kNames = {
    "path",         "load-table",     "load-namespace", "list-tables",
    "create-table", "set-properties", "append"};

template <class Number>
bool ParseNumber(std::string_view text, Number& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

/// `load-table=8,append=2`; a name alone weighs 1.
bool ParseMix(std::string_view text, std::vector<Share>& mix) {
  while (!text.empty()) {
    std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    size_t equals = item.find('=');
    Share share;
    if (equals != std::string_view::npos && !ParseNumber(item.substr(equals + 1), share.weight)) {
      return false;
    }
    size_t kind = 0;
    while (kind < kNames.size() && kNames[kind] != item.substr(0, equals)) {
      ++kind;
    }
    if (kind == kNames.size() || share.weight == 0) {
      return false;
    }
    share.kind = static_cast<Kind>(kind);
    mix.push_back(share);
  }
  return true;
}

using Setter = std::function<bool(std::string_view)>;

Setter Text(std::string& out) {
  return [&out](std::string_view text) {
    out = text;
    return true;
  };
}

template <class Number>
Setter Figure(Number& out) {
  return [&out](std::string_view text) { return ParseNumber(text, out); };
}

std::map<std::string_view, Setter> SettersOf(Options& options) {
  return {
      {"--port", Figure(options.port)},
      {"--connections", Figure(options.connections)},
      {"--threads", Figure(options.threads)},
      {"--seconds", Figure(options.seconds)},
      {"--count", Figure(options.count)},
      {"--mix", [&options](std::string_view text) { return ParseMix(text, options.mix); }},
      {"--path", Text(options.path)},
      {"--prefix", Text(options.prefix)},
      {"--namespace", Text(options.name_space)},
      {"--table", Text(options.table)},
      {"--tables", Figure(options.tables)},
      {"--read-table", Text(options.read_table)},
      {"--created", Text(options.created)},
      {"--query", Text(options.query)},
      {"--header",
       [&options](std::string_view text) {
         options.headers.emplace_back(text);
         return true;
       }},
  };
}

}  // namespace

std::string_view ToString(Kind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<Options> ParseOptions(int argc, char** argv) {
  Options options;
  auto setters = SettersOf(options);
  for (int i = 1; i < argc; i += 2) {
    auto setter = setters.find(argv[i]);
    if (setter == setters.end() || i + 1 == argc || !setter->second(argv[i + 1])) {
      fmt::print(stderr, "firn_load: cannot use {} {}\n", argv[i], i + 1 < argc ? argv[i + 1] : "");
      return std::nullopt;
    }
  }
  if (options.port == 0 || options.mix.empty() || options.connections == 0 ||
      options.threads == 0 || options.tables == 0) {
    fmt::print(stderr, "firn_load: --port and --mix are needed, numbers are at least 1\n");
    return std::nullopt;
  }
  options.threads = std::min(options.threads, options.connections);
  return options;
}

}  // namespace firn::bench
