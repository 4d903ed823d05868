// Sockets to 127.0.0.1, and one blocking GET.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace firn::bench {

/// A connected socket, or -1.
int Connect(uint16_t port);

/// The body of a GET that answered 200.
std::optional<std::string> Fetch(uint16_t port, const std::string& target);

/// The head of a request up to, but without, the empty line.
std::string RequestHead(std::string_view method, std::string_view target, uint16_t port);

}  // namespace firn::bench
