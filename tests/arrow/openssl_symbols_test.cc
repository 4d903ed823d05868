// A program that links the rooms of columnar gets OpenSSL from libcrypto: of every symbol that
// libparquet exports too, the one that the program sees is libcrypto's. Linked the other way round,
// TLS crashes (two versions of OpenSSL mixed).
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>
#include <link.h>
#include <openssl/crypto.h>
#include <parquet/file_reader.h>

#include "columnar/io/arrow_status.h"

namespace {

std::string LibraryOf(const void* symbol) {
  Dl_info info{};
  return dladdr(symbol, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "unknown";
}

template <class T>
T At(const std::string& bytes, size_t offset) {
  T value{};
  if (offset + sizeof(T) <= bytes.size()) {
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
  }
  return value;
}

/// The names that a shared library defines for others.
std::vector<std::string> ExportsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto header = At<Elf64_Ehdr>(bytes, 0);
  std::vector<std::string> names;
  for (size_t i = 0; i < header.e_shnum; ++i) {
    auto section = At<Elf64_Shdr>(bytes, header.e_shoff + i * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_DYNSYM) {
      continue;
    }
    auto texts = At<Elf64_Shdr>(bytes, header.e_shoff + section.sh_link * sizeof(Elf64_Shdr));
    for (size_t at = 0; at < section.sh_size; at += sizeof(Elf64_Sym)) {
      auto symbol = At<Elf64_Sym>(bytes, section.sh_offset + at);
      if (symbol.st_shndx != SHN_UNDEF) {
        names.emplace_back(bytes.c_str() + texts.sh_offset + symbol.st_name);
      }
    }
  }
  return names;
}

bool IsOpenSsl(std::string_view name) {
  return name.starts_with("EVP_") || name.starts_with("CRYPTO_") || name.starts_with("X509_");
}

TEST(OpenSslSymbolsTest, AllThatParquetExportsTooComeFromLibcrypto) {
  // Both libraries and the room's own code are in this program.
  ASSERT_TRUE(firn::columnar::ToStatus(arrow::Status::OK()).has_value());
  EXPECT_THROW(parquet::ParquetFileReader::OpenFile("/dev/null", false), std::exception);
  EXPECT_NE(OpenSSL_version_num(), 0UL);
  void* own = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(own, nullptr);
  std::string parquet_path;
  auto find = [](dl_phdr_info* info, size_t, void* path) {
    if (std::string_view(info->dlpi_name).find("libparquet.so") != std::string_view::npos) {
      *static_cast<std::string*>(path) = info->dlpi_name;
    }
    return 0;
  };
  dl_iterate_phdr(find, &parquet_path);
  ASSERT_FALSE(parquet_path.empty());
  int compared = 0;
  for (const std::string& name : ExportsOf(parquet_path)) {
    if (!IsOpenSsl(name) || dlsym(own, name.c_str()) == nullptr) {
      continue;
    }
    std::string library = LibraryOf(dlsym(RTLD_DEFAULT, name.c_str()));
    EXPECT_NE(library.find("libcrypto.so"), std::string::npos) << name << " is from " << library;
    ++compared;
  }
  EXPECT_GT(compared, 100) << parquet_path;
}

}  // namespace
