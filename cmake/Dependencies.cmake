# Every third-party library, where it comes from and why. Nothing else is linked.
#
# Versions are minimums as Debian 12 ships them; Arrow alone is pinned, because its C++ headers and
# its shared libraries must match exactly.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

find_package(OpenSSL 3.0 REQUIRED)              # SHA-256, later TLS; precedes Arrow in link lines
find_package(fmt 9.0 REQUIRED)                  # text formatting (g++ 12 has no <format>)
find_package(SQLite3 3.40 REQUIRED)             # the embedded catalog database
find_package(PostgreSQL 15 REQUIRED)            # libpq: SQL catalogs on PostgreSQL
find_package(Boost 1.81 REQUIRED)               # Asio and Beast: sockets, HTTP
find_package(simdjson 3.0 REQUIRED)             # reading JSON
find_package(prometheus-cpp REQUIRED)      # metrics registry and text format
find_package(CLI11 2.1 REQUIRED)                # command line
find_package(CURL 7.88 REQUIRED)                # HTTP as a client: object stores, the command line
find_package(EXPAT 2.5 REQUIRED)                # XML of object stores
find_package(tomlplusplus 3.3 REQUIRED)         # configuration file
find_package(ZLIB REQUIRED)                     # framing of gzip metadata files
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate>=1.14)  # Avro "deflate"
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd>=1.5)         # Avro "zstandard"
find_package(Snappy 1.1 REQUIRED)               # Avro "snappy"
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4>=1.9)           # Puffin "lz4"
find_package(roaring REQUIRED)                  # CRoaring: deletion vectors

if(FIRN_TESTS)
  find_package(GTest 1.12 REQUIRED)             # unit tests and matchers
endif()

# Arrow: the headers and versioned shared libraries inside the pyarrow wheel (the wheel carries no
# CMake files and no .so links), found through the interpreter in FIRN_PYTHON.
set(FIRN_ARROW_VERSION 26.0)
set(firn_python "${CMAKE_SOURCE_DIR}/build/python/bin/python")
if(SKBUILD AND NOT EXISTS "${firn_python}")
  set(firn_python "${Python_EXECUTABLE}")       # pip's, whose environment has what pyproject.toml says
endif()
set(FIRN_PYTHON "${firn_python}" CACHE FILEPATH "Interpreter whose pyarrow provides Arrow")
if(EXISTS "${FIRN_PYTHON}")
  execute_process(
    COMMAND "${FIRN_PYTHON}" -c
      "import pyarrow; print(pyarrow.__version__, pyarrow.get_include(), pyarrow.get_library_dirs()[0], sep=';')"
    OUTPUT_VARIABLE FIRN_ARROW_PROBE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(FIRN_ARROW_PROBE)
  list(GET FIRN_ARROW_PROBE 0 FIRN_ARROW_FOUND_VERSION)
  list(GET FIRN_ARROW_PROBE 1 FIRN_ARROW_INCLUDE)
  list(GET FIRN_ARROW_PROBE 2 FIRN_ARROW_LIBRARY_DIR)
  if(NOT FIRN_ARROW_FOUND_VERSION MATCHES "^${FIRN_ARROW_VERSION}\\.")
    message(FATAL_ERROR "Arrow ${FIRN_ARROW_FOUND_VERSION} found, ${FIRN_ARROW_VERSION}.x needed")
  endif()
  foreach(lib arrow parquet arrow_flight)
    file(GLOB path "${FIRN_ARROW_LIBRARY_DIR}/lib${lib}.so.*")
    list(GET path 0 path)
    add_library(firn_${lib} SHARED IMPORTED)
    set_target_properties(firn_${lib} PROPERTIES
      IMPORTED_LOCATION "${path}"
      INTERFACE_INCLUDE_DIRECTORIES "${FIRN_ARROW_INCLUDE}")
  endforeach()
  # libparquet of the wheel exports a bundled OpenSSL: ours is loaded first. As link options, which
  # precede all libraries: of libraries CMake chooses the order, and puts libparquet first.
  target_link_options(firn_parquet INTERFACE
    "SHELL:-Wl,--push-state,--no-as-needed ${OPENSSL_SSL_LIBRARY} ${OPENSSL_CRYPTO_LIBRARY} -Wl,--pop-state")
  target_link_libraries(firn_parquet INTERFACE firn_arrow)
  target_link_libraries(firn_arrow_flight INTERFACE firn_parquet)
  message(STATUS "Arrow ${FIRN_ARROW_FOUND_VERSION} from the pyarrow wheel")
else()
  message(STATUS "Arrow not found through ${FIRN_PYTHON}: its smoke test is not built")
endif()
