#include "request_source.h"

#include <chrono>

#include <fmt/format.h>

#include "socket_client.h"

namespace firn::bench {
namespace {

int64_t NowMs() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

RequestSource::RequestSource(const Options& options, const TableStates& states, unsigned connection)
    : options_(options),
      states_(states),
      connection_(connection),
      made_(connection),  // so that connections begin at different tables
      random_(std::random_device{}()),
      namespace_path_(fmt::format("{}/namespaces/{}", options.prefix, options.name_space)) {
  for (const Share& share : options.mix) {
    weights_ += share.weight;
  }
  for (const std::string& header : options.headers) {
    header_lines_ += header + "\r\n";
  }
}

Kind RequestSource::Draw() {
  auto ticket = static_cast<unsigned>(random_() % weights_);
  for (const Share& share : options_.mix) {
    if (ticket < share.weight) {
      return share.kind;
    }
    ticket -= share.weight;
  }
  return options_.mix.front().kind;
}

Kind RequestSource::Next(std::string& out) {
  Kind kind = Draw();
  appending_ = nullptr;
  ++made_;
  switch (kind) {
    case Kind::kPath:
      Get(out, options_.path);
      break;
    case Kind::kLoadTable: {
      std::string target = options_.read_table.empty()
                               ? TablePath(static_cast<unsigned>(made_ % options_.tables))
                               : namespace_path_ + "/tables/" + options_.read_table;
      Get(out, options_.query.empty() ? target : target + "?" + options_.query);
      break;
    }
    case Kind::kLoadNamespace:
      Get(out, namespace_path_);
      break;
    case Kind::kListTables:
      Get(out, namespace_path_ + "/tables");
      break;
    case Kind::kCreateTable:
      Post(out, namespace_path_ + "/tables", CreateBody());
      break;
    case Kind::kSetProperties:
      Post(out, TablePath(OwnTable()), PropertiesBody());
      break;
    case Kind::kAppend: {
      unsigned table = OwnTable();
      Post(out, TablePath(table), AppendBody(table));
      break;
    }
  }
  return kind;
}

void RequestSource::Answered(int status) {
  if (appending_ != nullptr && status == 200) {
    appending_->Advance(next_head_);
  }
}

void RequestSource::Get(std::string& out, const std::string& target) const {
  out = RequestHead("GET", target, options_.port) + header_lines_ + "\r\n";
}

void RequestSource::Post(std::string& out,
                         const std::string& target,
                         const std::string& body) const {
  out = RequestHead("POST", target, options_.port) + header_lines_;
  fmt::format_to(std::back_inserter(out),
                 "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", body.size(),
                 body);
}

std::string RequestSource::TablePath(unsigned table) const {
  return fmt::format("{}/tables/{}{}", namespace_path_, options_.table, table);
}

unsigned RequestSource::OwnTable() {
  if (options_.tables <= options_.connections) {
    return connection_ % options_.tables;
  }
  unsigned own = (options_.tables - connection_ + options_.connections - 1) / options_.connections;
  return connection_ + static_cast<unsigned>(made_ % own) * options_.connections;
}

std::string RequestSource::CreateBody() {
  return fmt::format(R"({{"name":"{}_{}_{}","schema":{{"type":"struct","schema-id":0,"fields":[)"
                     R"({{"id":1,"name":"id","required":true,"type":"long"}},)"
                     R"({{"id":2,"name":"name","required":false,"type":"string"}},)"
                     R"({{"id":3,"name":"at","required":false,"type":"timestamptz"}},)"
                     R"({{"id":4,"name":"value","required":false,"type":"double"}}]}},)"
                     R"("properties":{{"owner":"bench"}}}})",
                     options_.created, connection_, made_);
}

std::string RequestSource::PropertiesBody() {
  return fmt::format(R"({{"requirements":[],"updates":[{{"action":"set-properties","updates":)"
                     R"({{"bench.counter":"{}-{}"}}}}]}})",
                     connection_, made_);
}

std::string RequestSource::AppendBody(unsigned table) {
  appending_ = states_[table].get();
  TableState::Head head = appending_->head();
  constexpr uint64_t kPositive = ~uint64_t{0} >> 1;
  next_head_ = {static_cast<int64_t>(random_() & kPositive), head.sequence_number + 1};
  std::string parent = head.snapshot_id < 0 ? "null" : fmt::format("{}", head.snapshot_id);
  std::string parent_field =
      head.snapshot_id < 0 ? "" : fmt::format(R"("parent-snapshot-id":{},)", head.snapshot_id);
  return fmt::format(
      R"({{"requirements":[{{"type":"assert-table-uuid","uuid":"{0}"}},)"
      R"({{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":{1}}}],)"
      R"("updates":[{{"action":"add-snapshot","snapshot":{{"snapshot-id":{2},{3})"
      R"("sequence-number":{4},"timestamp-ms":{5},)"
      R"("manifest-list":"{6}/metadata/snap-{2}-1-{0}.avro","schema-id":0,)"
      R"("summary":{{"operation":"append","added-data-files":"1","added-records":"1000",)"
      R"("added-files-size":"48211","changed-partition-count":"1","total-data-files":"{4}",)"
      R"("total-records":"{4}000","total-files-size":"{4}48211","total-delete-files":"0",)"
      R"("total-position-deletes":"0","total-equality-deletes":"0"}}}}}},)"
      R"({{"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":{2}}}]}})",
      appending_->uuid(), parent, next_head_.snapshot_id, parent_field, next_head_.sequence_number,
      NowMs(), appending_->location());
}

}  // namespace firn::bench
