#include <climits>
#include <memory>
#include <string>
#include <vector>

#include <expat.h>

#include "storage/s3/s3_xml.h"
#include "storage/s3/xml_reader_internal.h"

namespace firn::storage::s3 {
namespace {

struct Walk {
  const XmlVisitor* visitor = nullptr;
  XML_Parser parser = nullptr;
  std::string path;
  /// Of every open element: where its name begins in `path`, and its text so far.
  std::vector<size_t> begins;
  std::vector<std::string> texts;
  bool refused = false;

  void Refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
};

void OnStart(void* data, const XML_Char* name, const XML_Char** /*attributes*/) {
  auto& walk = *static_cast<Walk*>(data);
  std::string_view local(name);
  local = local.substr(local.rfind(':') + 1);  // npos + 1 is 0
  if (walk.begins.size() >= static_cast<size_t>(kMaxXmlDepth) ||
      walk.path.size() + local.size() > kMaxXmlTextBytes) {
    walk.Refuse();
    return;
  }
  walk.begins.push_back(walk.path.size());
  walk.path += (walk.path.empty() ? "" : "/") + std::string(local);
  walk.texts.emplace_back();
}

void OnEnd(void* data, const XML_Char* /*name*/) {
  auto& walk = *static_cast<Walk*>(data);
  walk.visitor->element(walk.path, walk.texts.back());
  walk.path.resize(walk.begins.back());
  walk.begins.pop_back();
  walk.texts.pop_back();
}

void OnText(void* data, const XML_Char* text, int size) {
  auto& walk = *static_cast<Walk*>(data);
  std::string& own = walk.texts.back();
  if (own.size() + static_cast<size_t>(size) > kMaxXmlTextBytes) {
    walk.Refuse();
    return;
  }
  own.append(text, static_cast<size_t>(size));
}

void OnDoctype(void* data,
               const XML_Char* /*name*/,
               const XML_Char* /*system*/,
               const XML_Char* /*public*/,
               int /*has_internal*/) {
  static_cast<Walk*>(data)->Refuse();
}

}  // namespace

Status WalkXml(std::string_view xml, const XmlVisitor& visitor) {
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"),
                                                                      &XML_ParserFree);
  if (parser == nullptr || xml.size() > INT_MAX) {
    return Error(ErrorCode::kIoError, "The XML of an answer cannot be read");
  }
  Walk walk{.visitor = &visitor, .parser = parser.get()};
  XML_SetUserData(parser.get(), &walk);
  XML_SetElementHandler(parser.get(), &OnStart, &OnEnd);
  XML_SetCharacterDataHandler(parser.get(), &OnText);
  XML_SetStartDoctypeDeclHandler(parser.get(), &OnDoctype);
  auto status = XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  if (status != XML_STATUS_OK || walk.refused) {
    return Error(ErrorCode::kIoError, "An answer is not the XML it should be")
        .With("line", std::to_string(XML_GetCurrentLineNumber(parser.get())))
        .With("cause",
              walk.refused ? "beyond the limits" : XML_ErrorString(XML_GetErrorCode(parser.get())));
  }
  return {};
}

}  // namespace firn::storage::s3
