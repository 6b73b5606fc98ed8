#include "services/rekuest/arguments.h"

#include <gtest/gtest.h>

namespace rekuest {
namespace {

using base::Json;

std::string hash_of(const char* arguments) { return arguments_hash(Json::parse(arguments)); }

TEST(ArgumentsHash, IsWhatVerifiersCompute) {
  EXPECT_EQ(hash_of("{}"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  EXPECT_EQ(hash_of("null"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  EXPECT_EQ(hash_of(R"({"b":1,"a":"é"})"),
            "aa58fba8483623bed37c1b02edfccbdd9a53123837c20bfa4cb4049993a2872e");
  EXPECT_EQ(hash_of(R"({"a":1,"b":2})"), "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777");
  EXPECT_EQ(hash_of(R"({"x":1.0,"y":[1,2.5,null,true],"z":{"k":"v"}})"),
            "632c75ea70a04bb9647c5430e05fbad1766ede4be18d01837e8cb6ff0a10ffce");
  EXPECT_EQ(hash_of(R"({"l":[1,null,true],"n":{"y":2,"z":1},"s":"ä","x":1.0})"),
            "79854c4463803c7d1c22417241b952d1d03de06bb90c7f5172ce8aaa35d5976f");
  EXPECT_EQ(hash_of(R"({"f":1e22,"g":1e-07,"h":0.1,"i":100000000000000000})"),
            "09b00ad7b1379fcecf1e2951b7162ffab61e305a2f1796cae02c06f3644d12f2");
}

TEST(ActedOn, NamesTheStructuresOfRootPorts) {
  const Json ports = Json::parse(R"([
    {"key":"image","kind":"STRUCTURE","identifier":"@mikro/image"},
    {"key":"plain","kind":"STRUCTURE","identifier":"@mikro/stage"},
    {"key":"unset","kind":"STRUCTURE","identifier":"@mikro/file"},
    {"key":"many","kind":"LIST","children":[{"key":"...","kind":"STRUCTURE","identifier":"@mikro/image"}]},
    {"key":"n","kind":"INT"}])");
  const Json arguments = Json::parse(R"({"image":{"__identifier":"@mikro/image","object":"4"},"plain":"5",
    "unset":null,"many":[{"__identifier":"@mikro/image","object":"6"}],"n":7})");
  EXPECT_EQ(acted_on(ports, arguments), (std::vector<std::string>{"@mikro/image:4", "@mikro/stage:5"}));
}

}  // namespace
}  // namespace rekuest
