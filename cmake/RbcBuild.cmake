# What every target shares: the dialect, the warnings, the precompiled standard headers, the linker, the sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

set(RBC_SANITIZE "" CACHE STRING "sanitizers, as in -fsanitize=LIST")

# -pthread everywhere: some libraries bring it, and the precompiled header must be made with the same.
add_compile_options(-Wall -Wextra -Werror -ffp-contract=off -fno-omit-frame-pointer -pthread)
if(RBC_SANITIZE)
  add_compile_options(-fsanitize=${RBC_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RBC_SANITIZE})
endif()

# Every object reports its coverage to the fuzzer; the targets of tests/fuzz link its main.
if(RBC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(RBC_LD_MOLD mold)
find_program(RBC_LD_LLD ld.lld)
if(RBC_LD_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(RBC_LD_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# rbc_library(NAME SOURCES a.cpp … [LINK lib …]): a static library of this house.
# Includes are relative to the root, so the path of an include is its layer.
function(rbc_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  rbc_target(${name})
  target_link_libraries(${name} PUBLIC rbc_fmt ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
endfunction()

# What libraries, programs, modules and tests have in common.
function(rbc_target name)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${RBC_UNITY} UNITY_BUILD_BATCH_SIZE 0)
  target_link_libraries(${name} PRIVATE rbc_fmt)
  if(TARGET rbc_pch AND NOT ${name} STREQUAL rbc_pch)
    target_precompile_headers(${name} REUSE_FROM rbc_pch)
    # The precompiled header is position-independent code, and g++ takes it only for the same.
    get_target_property(kind ${name} TYPE)
    if(kind STREQUAL EXECUTABLE)
      target_compile_options(${name} PRIVATE -fPIC)
    endif()
  endif()
endfunction()

# rbc_test(NAME SOURCES … LINK …): a Catch2 program; every TEST_CASE is a test of ctest, labelled with its room below tests/.
function(rbc_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  find_package(Catch2 2.13 CONFIG REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  rbc_target(${name})
  target_compile_definitions(${name} PRIVATE RBC_SOURCE_DIR="${PROJECT_SOURCE_DIR}" RBC_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain ${ARG_LINK})
  include(${Catch2_DIR}/Catch.cmake)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(NOT ARG_LABELS)
    file(RELATIVE_PATH room ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR})
    string(REGEX MATCH "^[^/]+" ARG_LABELS "${room}")
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# The program brings along what Debian has as archives, so that it needs nothing but the C++ runtime: loading eight libraries took longer than
# checking a project does, and `rbc check` in CI installs one package. The modules of stdlib/backends find libuv in the program that opens
# them: a second copy beside the loop that it drives would not do.
find_package(fmt 9 CONFIG REQUIRED)
find_package(Threads REQUIRED)
add_library(rbc_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt.cpp)
target_compile_options(rbc_fmt PRIVATE -fPIC)

find_library(RBC_LIBUV NAMES libuv_a.a REQUIRED)
add_library(rbc_libuv INTERFACE)
target_link_libraries(rbc_libuv INTERFACE -Wl,--whole-archive ${RBC_LIBUV} -Wl,--no-whole-archive Threads::Threads ${CMAKE_DL_LIBS})
target_link_options(rbc_libuv INTERFACE -Wl,--export-dynamic-symbol=uv_*)
find_library(RBC_LIBRE2 NAMES libre2.a REQUIRED)
add_library(rbc_re2 INTERFACE)
target_link_libraries(rbc_re2 INTERFACE ${RBC_LIBRE2} Threads::Threads)
find_library(SQLite3_LIBRARY NAMES libsqlite3.a REQUIRED)   # where FindSQLite3 looks first
set(OPENSSL_USE_STATIC_LIBS ON)

file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(rbc_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(rbc_pch PUBLIC rbc_fmt)
target_precompile_headers(rbc_pch PRIVATE
  <algorithm> <array> <charconv> <chrono> <cstdint> <cstring> <deque> <functional> <map> <memory> <optional> <set> <span>
  <string> <string_view> <unordered_map> <unordered_set> <utility> <variant> <vector> <fmt/format.h>)
