// Arrow, Parquet and OpenSSL in one program: a Parquet file makes the round trip, and OpenSSL's
// symbols come from libcrypto and libssl, not from the copy that libparquet bundles.
#include <string>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

namespace {

std::shared_ptr<arrow::Table> MakeTable() {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues({1, 2, 3}).ok());
  auto schema = arrow::schema({arrow::field("id", arrow::int64())});
  return arrow::Table::Make(schema, {builder.Finish().ValueOrDie()});
}

TEST(ArrowSmokeTest, ParquetMakesTheRoundTrip) {
  auto table = MakeTable();
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, 1024).ok());
  auto source = std::make_shared<arrow::io::BufferReader>(sink->Finish().ValueOrDie());
  auto reader = parquet::arrow::OpenFile(source, arrow::default_memory_pool()).ValueOrDie();
  auto read = reader->ReadTable().ValueOrDie();
  EXPECT_TRUE(read->Equals(*table));
}

/// The file name of the library that `symbol` was resolved in.
std::string LibraryOf(const void* symbol) {
  Dl_info info{};
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) {
    return "unknown";
  }
  std::string path = info.dli_fname;
  return path.substr(path.rfind('/') + 1);
}

TEST(ArrowSmokeTest, OpenSslComesFromItsOwnLibraries) {
  for (const void* symbol :
       {reinterpret_cast<const void*>(&EVP_DigestInit_ex),
        reinterpret_cast<const void*>(&CRYPTO_malloc), reinterpret_cast<const void*>(&X509_new)}) {
    EXPECT_TRUE(LibraryOf(symbol).starts_with("libcrypto.so")) << LibraryOf(symbol);
  }
  EXPECT_TRUE(LibraryOf(reinterpret_cast<const void*>(&SSL_CTX_new)).starts_with("libssl.so"));
}

TEST(ArrowSmokeTest, TlsContextWorksBesideParquet) {
  MakeTable();
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  ASSERT_NE(context, nullptr);
  SSL* session = SSL_new(context);
  EXPECT_NE(session, nullptr);
  SSL_free(session);
  SSL_CTX_free(context);
}

}  // namespace
