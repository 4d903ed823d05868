// RequestSource: one connection's requests, one after the other, drawn from the mix.
//
// Appends go to the connection's own tables (table i belongs to connection i modulo their number)
// where there are enough of them, so that only fewer tables than connections make conflicts.
// Thread-safety: one thread; the TableStates are shared.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "options.h"
#include "table_state.h"

namespace firn::bench {

using TableStates = std::vector<std::unique_ptr<TableState>>;

class RequestSource {
 public:
  RequestSource(const Options& options, const TableStates& states, unsigned connection);

  /// Puts the next request's bytes into `out`, replacing what is there.
  Kind Next(std::string& out);
  /// Tells the answer to the request made last.
  void Answered(int status);

 private:
  Kind Draw();
  void Get(std::string& out, const std::string& target) const;
  void Post(std::string& out, const std::string& target, const std::string& body) const;
  std::string TablePath(unsigned table) const;
  unsigned OwnTable();
  std::string CreateBody();
  std::string PropertiesBody();
  std::string AppendBody(unsigned table);

  const Options& options_;
  const TableStates& states_;
  unsigned connection_;
  unsigned weights_ = 0;
  uint64_t made_ = 0;
  std::mt19937_64 random_;
  std::string namespace_path_;
  std::string header_lines_;
  /// The append under way; null for another request.
  TableState* appending_ = nullptr;
  TableState::Head next_head_;
};

}  // namespace firn::bench
