// Answers of S3 from any bytes: no crash, and what is accepted keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "storage/s3/s3_xml.h"

namespace firn::storage::s3 {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void Run(std::string_view xml) {
  auto page = ParseObjectPage(xml);
  if (page.has_value()) {
    Require(page->objects.size() <= kMaxXmlItems);
    for (const ListedObject& object : page->objects) {
      Require(!object.key.empty() && object.size_bytes >= 0);
    }
  }
  auto failures = ParseDeleteResult(xml);
  if (failures.has_value()) {
    Require(failures->size() <= kMaxXmlItems);
  }
  auto id = ParseUploadId(xml);
  Require(!id.has_value() || !id->empty());
  static_cast<void>(ParseFailure(xml));
  // What is printed for any key that may be, can be read.
  std::vector<std::string> keys = {std::string(xml)};
  if (FitsIntoXml(keys[0]) && xml.size() < 1024) {
    std::string printed = PrintDelete(keys);
    Require(ParseFailure(printed).code.empty());
    std::string answer = "<Error><Code>" + printed.substr(printed.find("<Key>") + 5);
    answer.resize(answer.find("</Key>"));
    Require(ParseFailure(answer + "</Code></Error>").code == keys[0]);
  }
}

}  // namespace
}  // namespace firn::storage::s3

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::storage::s3::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
