#include "catalog/glue/testing/fake_glue.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace firn::catalog::glue::testing {
namespace {

namespace http = storage::http;

std::string Text(const json::Object& object, std::string_view key) {
  auto found = json::FindString(object, key);
  return found.has_value() ? std::string(found->value_or("")) : "";
}

std::string Refusal(const std::string& type) {
  return R"({"__type": "com.amazonaws.glue#)" + type + R"(", "Message": "as told"})";
}

}  // namespace

void FakeGlue::LoseNext(const std::string& operation, Loss loss) {
  std::scoped_lock lock(mutex_);
  losses_[operation] = loss;
}

void FakeGlue::AnswerNext(const std::string& operation, int status, const std::string& body) {
  std::scoped_lock lock(mutex_);
  answers_[operation] = {status, body};
}

std::vector<std::string> FakeGlue::operations() {
  std::scoped_lock lock(mutex_);
  return operations_;
}

http::HttpRequest FakeGlue::last_request() {
  std::scoped_lock lock(mutex_);
  http::HttpRequest request = last_;
  request.body = last_body_;
  return request;
}

void FakeGlue::PutTable(const std::string& database, const std::string& input) {
  std::scoped_lock lock(mutex_);
  auto document = json::Document::Parse(input).value();
  auto root = json::AsObject(document.root(), "input").value();
  databases_[database].tables[ToLowerAscii(Text(root, "Name"))] = {input, 1};
}

Result<http::HttpResponse> FakeGlue::RoundTrip(const http::HttpRequest& request, MonotonicTime) {
  std::scoped_lock lock(mutex_);
  std::string operation = *http::FindHeader(request.headers, "x-amz-target");
  operation.erase(0, operation.find('.') + 1);
  std::string body(request.body);
  operations_.push_back(operation);
  last_ = request;
  last_body_ = body;
  Loss loss = std::exchange(losses_[operation], Loss::kNone);
  if (auto told = answers_.extract(operation); !told.empty()) {
    return http::HttpResponse{
        .status = told.mapped().status, .headers = {}, .body = told.mapped().body};
  }
  auto late = std::exchange(late_, {});
  if (loss == Loss::kLate) {
    late_.emplace_back(operation, body);
  }
  Answer answer;
  if (loss == Loss::kNone || loss == Loss::kReply) {
    answer = Serve(operation, body);
  }
  for (const auto& [late_operation, late_body] : late) {
    Serve(late_operation, late_body);
  }
  if (loss != Loss::kNone) {
    return Error(ErrorCode::kIoError, "the connection was reset");
  }
  return http::HttpResponse{.status = answer.status, .headers = {}, .body = answer.body};
}

FakeGlue::Answer FakeGlue::Serve(const std::string& operation, const std::string& body) {
  auto document = json::Document::Parse(body).value();
  auto root = json::AsObject(document.root(), "request").value();
  return operation.contains("Database") ? OfDatabase(operation, root) : OfTable(operation, root);
}

FakeGlue::Answer FakeGlue::Page(const std::string& list,
                                const std::vector<std::string>& items,
                                const json::Object& root) {
  constexpr size_t kPage = 2;
  std::string token = Text(root, "NextToken");
  size_t begin = token.empty() ? 0 : std::stoul(token);
  size_t end = std::min(begin + kPage, items.size());
  std::string body = "{\"" + list + "\": [";
  for (size_t i = begin; i < end; ++i) {
    body += (i == begin ? "" : ",") + items[i];
  }
  body += "]";
  body += end < items.size() ? ", \"NextToken\": \"" + std::to_string(end) + "\"}" : "}";
  return {200, body};
}

FakeGlue::Answer FakeGlue::OfDatabase(const std::string& operation, const json::Object& root) {
  if (operation == "GetDatabases") {
    std::vector<std::string> items;
    for (const auto& [name, database] : databases_) {
      items.push_back(database.input);
    }
    return Page("DatabaseList", items, root);
  }
  std::string name = Text(root, "Name");
  std::string input;
  if (auto element = json::Find(root, "DatabaseInput")) {
    input = json::ToJson(*element);
    name = Text(json::AsObject(*element, "input").value(), "Name");
  }
  auto found = databases_.find(name);
  if (operation == "CreateDatabase") {
    if (found != databases_.end()) {
      return {400, Refusal("AlreadyExistsException")};
    }
    databases_[name].input = input;
    return {};
  }
  if (found == databases_.end()) {
    return {400, Refusal("EntityNotFoundException")};
  }
  if (operation == "GetDatabase") {
    return {200, "{\"Database\": " + found->second.input + "}"};
  }
  if (operation == "UpdateDatabase") {
    found->second.input = input;
  } else {
    databases_.erase(found);
  }
  return {};
}

std::string FakeGlue::Shown(const Table& table) {
  return table.input.substr(0, table.input.rfind('}')) + ",\"VersionId\":\"" +
         std::to_string(table.version) + "\"}";
}

FakeGlue::Answer FakeGlue::OfTable(const std::string& operation, const json::Object& root) {
  auto database = databases_.find(Text(root, "DatabaseName"));
  if (database == databases_.end()) {
    return {400, Refusal("EntityNotFoundException")};
  }
  auto& tables = database->second.tables;
  if (operation == "GetTables") {
    std::vector<std::string> items;
    for (const auto& [name, table] : tables) {
      items.push_back(Shown(table));
    }
    return Page("TableList", items, root);
  }
  if (operation == "UpdateTable") {
    return Update(database->second, root);
  }
  if (operation == "CreateTable") {
    auto element = json::Find(root, "TableInput").value();
    std::string name = Text(json::AsObject(element, "input").value(), "Name");
    std::string input = json::ToJson(element);
    const std::string quoted = "\"" + name + "\"";
    input.replace(input.find(quoted), quoted.size(), ToLowerAscii(quoted));
    bool is_new = tables.emplace(ToLowerAscii(name), Table{input, 1}).second;
    return is_new ? Answer{} : Answer{400, Refusal("AlreadyExistsException")};
  }
  auto found = tables.find(ToLowerAscii(Text(root, "Name")));
  if (found == tables.end()) {
    return {400, Refusal("EntityNotFoundException")};
  }
  if (operation == "GetTable") {
    return {200, "{\"Table\": " + Shown(found->second) + "}"};
  }
  tables.erase(found);
  return {};
}

FakeGlue::Answer FakeGlue::Update(Database& database, const json::Object& root) {
  auto element = json::Find(root, "TableInput").value();
  std::string name = Text(json::AsObject(element, "input").value(), "Name");
  auto found = database.tables.find(name);
  if (found == database.tables.end()) {
    return {400, Refusal("EntityNotFoundException")};
  }
  if (Text(root, "VersionId") != std::to_string(found->second.version)) {
    return {400, Refusal("ConcurrentModificationException")};
  }
  found->second.input = json::ToJson(element);
  ++found->second.version;
  return {};
}

}  // namespace firn::catalog::glue::testing
