# The files `schema/*.graphql` of a room are built into it, as `<path>/schema_documents.h`, whose
# function gives their texts, and as `<path>/schema/<noun>.h`, their C++ types and names
# (tools/schemac), in the namespace `<name>::schema`. Headers that stay the same are not written
# again, so that a change of one noun compiles what includes that noun.
function(schema_sources name path out_sources)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${path}/schema/*.graphql)
  list(TRANSFORM files REPLACE "^${CMAKE_SOURCE_DIR}/" "" OUTPUT_VARIABLE documents)
  if(NOT documents)
    set(${out_sources} "" PARENT_SCOPE)
    return()
  endif()
  set(generated ${CMAKE_BINARY_DIR}/generated/${name})
  set(header ${path}/schema_documents.h)
  file(CONFIGURE OUTPUT ${generated}/${header} CONTENT [[
// The texts of this room's schema files, in the order of their names.
#pragma once

#include <string_view>
#include <vector>

namespace @name@ {

std::vector<std::string_view> schema_documents();

}  // namespace @name@
]] @ONLY)
  set(source ${generated}/${path}/schema_documents.cpp)
  string(REPLACE ";" "," joined "${documents}")
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DNAMESPACE=${name} -DHEADER=${header} -DOUTPUT=${source} -DFILES=${joined}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed_schema.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_schema.cmake
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM)

  list(TRANSFORM documents REPLACE ".*/(.*)\\.graphql$" "${generated}/${path}/schema/\\1.h" OUTPUT_VARIABLE headers)
  set(stamp ${generated}/${path}/schema/made)
  add_custom_command(OUTPUT ${stamp} BYPRODUCTS ${headers}
    COMMAND schemac ${name}::schema ${path}/schema ${generated} ${documents}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS schemac ${files} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM
    COMMENT "Making the C++ types of ${path}/schema")
  set(${out_sources} ${source} ${stamp} PARENT_SCOPE)
endfunction()

# A room is one folder under src/: one library, one namespace, one README.
#
#   room(sql DEPENDS base USES SQLite::SQLite3)
#
# compiles every .cpp below the folder into a static library `sql`. DEPENDS names the rooms it
# may include, USES the outside libraries. Files named *_test.cpp become the test program
# `sql_test`, *_fuzz.cpp one libFuzzer program each, *_bench.cpp one benchmark each.
# Files below the room's folder `testing/`, with a schema of its own if it has one, become the library
# `<room>_testing`, for the tests and benchmarks of rooms that name it in TEST_USES.
# A room sees only the folders of the rooms it depends on, so an include in the wrong
# direction does not compile: rooms are included as "sql/database.h" through one
# include directory each, made of a link to the folder.
# A room may lie inside another one's folder (services/mikro/space). It is declared first, like whatever
# somebody else depends on, and the room around it leaves its files alone.
function(room name)
  cmake_parse_arguments(ROOM "" "PATH" "DEPENDS;USES;TEST_USES" ${ARGN})
  if(NOT ROOM_PATH)
    set(ROOM_PATH ${name})
  endif()
  set(folder ${CMAKE_SOURCE_DIR}/src/${ROOM_PATH})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  get_property(earlier GLOBAL PROPERTY ROOM_FOLDERS)
  foreach(other ${earlier})
    list(FILTER sources EXCLUDE REGEX "^${other}/")
    string(FIND "${folder}/" "${other}/" inside)
    if(inside EQUAL 0)
      message(FATAL_ERROR "${name} lies in the folder of a room that has its files already: declare ${name} first.")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY ROOM_FOLDERS ${folder})
  set(testing ${sources})
  list(FILTER testing INCLUDE REGEX "^${folder}/testing/")
  list(FILTER sources EXCLUDE REGEX "^${folder}/testing/")
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")

  set(include_root ${CMAKE_BINARY_DIR}/rooms/${name})
  get_filename_component(parent ${include_root}/${ROOM_PATH} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${folder} ${include_root}/${ROOM_PATH} SYMBOLIC)

  schema_sources(${name} ${ROOM_PATH} embedded)
  list(APPEND sources ${embedded})
  if(sources)
    add_library(${name} STATIC ${sources})
    set(scope PUBLIC)
    target_compile_definitions(${name} PRIVATE ARKITEKTD_VERSION="${PROJECT_VERSION}")
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${name} ${scope} ${include_root})
  if(embedded)
    target_include_directories(${name} ${scope} ${CMAKE_BINARY_DIR}/generated/${name})
  endif()
  target_link_libraries(${name} ${scope} ${ROOM_DEPENDS} ${ROOM_USES})

  if(testing AND (ARKITEKTD_TESTS OR ARKITEKTD_BENCH))
    schema_sources(${name}_testing ${ROOM_PATH}/testing embedded_testing)
    add_library(${name}_testing STATIC ${testing} ${embedded_testing})
    target_include_directories(${name}_testing PUBLIC ${CMAKE_BINARY_DIR}/generated/${name}_testing)
    target_link_libraries(${name}_testing PUBLIC ${name} GTest::gtest)
  endif()
  if(ARKITEKTD_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} ${ROOM_TEST_USES} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  endif()
  if(ARKITEKTD_FUZZ)
    foreach(file ${fuzzers})
      get_filename_component(target ${file} NAME_WE)
      add_executable(${target} ${file})
      target_link_libraries(${target} PRIVATE ${name})
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
  if(ARKITEKTD_BENCH)
    foreach(file ${benches})
      get_filename_component(target ${file} NAME_WE)
      add_executable(${target} ${file})
      target_link_libraries(${target} PRIVATE ${name} ${ROOM_TEST_USES} benchmark::benchmark)
    endforeach()
  endif()
endfunction()
