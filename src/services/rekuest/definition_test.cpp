#include "services/rekuest/definition.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "services/rekuest/testing/world.h"

namespace rekuest {
namespace {

using base::Json;

const Shapes& shapes() {
  static const Shapes instance(*rekuest_testing::schema());
  return instance;
}

Json completed(const char* declared) {
  return complete_definition(shapes(), Json::parse(declared), "definition");
}
std::string hash_of(const char* declared) { return action_hash(completed(declared)); }

/// What is refused, or "" if nothing is.
std::string refusal(const std::string& declared) {
  try {
    complete_definition(shapes(), Json::parse(declared), "definition");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    return error.message();
  }
  return "";
}

std::string with_args(const std::string& args) {
  return R"({"key":"k","version":"1","name":"K","kind":"FUNCTION","args":[)" + args + "]}";
}

std::string path_of(const std::string& message) { return message.substr(0, message.find(": ")); }

TEST(ActionHash, IsWhatClientsCompute) {
  EXPECT_EQ(hash_of(R"({"key":"noop","version":"1","name":"Noop","kind":"FUNCTION"})"),
            "0ce2a67574c31e42e124e6b8c0ff65753dd5e1af964ca566541128a95adeb622");
  EXPECT_EQ(
      hash_of(
          R"({"key":"add","version":"1.0.0","name":"Add","description":"Adds two numbers","kind":"FUNCTION",
                        "args":[{"key":"a","kind":"INT"},{"key":"b","kind":"INT","default":3}],
                        "returns":[{"key":"return0","kind":"INT"}]})"),
      "c055f81cb7c4f512deb98f61b0a8b22cee43f39abc7fac86aea59d0595ce769c");
  EXPECT_EQ(hash_of(R"({"key":"blur","version":"2","name":"Blür µ","kind":"GENERATOR","stateful":true,
                        "collections":["segmentation"],"idempotent":true,"protocols":["on_x"],
                        "port_groups":[{"key":"g","ports":["sigma"]}],
                        "args":[{"key":"image","kind":"STRUCTURE","identifier":"@mikro/image",
                                 "requires":[{"key":"@mikro/n_channels","operator":"GTE","value":2}]},
                                {"key":"sigma","kind":"FLOAT","default":1.0,
                                 "widget":{"kind":"SLIDER","min":0,"max":10,"step":0.5}},
                                {"key":"names","kind":"LIST","nullable":true,
                                 "children":[{"key":"...","kind":"STRING"}]}],
                        "returns":[{"key":"return0","kind":"STRUCTURE","identifier":"@mikro/image"}]})"),
            "7f3821b19efe5ef802ce07dd1ecfa651400bbd9d38acc5ba1fb56375585c79d9");
  EXPECT_EQ(hash_of(R"({"key":"v","version":"1","name":"V","kind":"FUNCTION","args":[{"key":"x","kind":"INT",
                        "choices":[{"value":1,"label":"one"},{"value":2,"label":"two"}],
                        "validators":[{"label":"pos","error_message":"must be > 0","call":{"operation":"gt",
                          "arguments":[{"key":"a","value_path":"value"},{"key":"b","value_literal":0}]}}]}]})"),
            "280191f3f1825f3a1491d7b661b967ce473e3457581d9eddccfdfada311d0232");
  EXPECT_EQ(hash_of(R"({"key":"q","version":"1","name":"Q","kind":"FUNCTION",
                        "args":[{"key":"u","kind":"QUANTITY","reference_unit":"mV","proposed_units":["V"]}]})"),
            "43f8d5614a89d12bf9ec8ced9321e37e42d42d028cfa3ee333567dbee87aef72");
  EXPECT_EQ(hash_of(R"({"key":"t","version":"1","name":"T","kind":"FUNCTION","is_test_for":[{"key":"add"}],
                        "is_dev":true,"allow_probe":true,"catalogs":["c"]})"),
            "85df339208aaff2ca64dc4c36987bc4bbe29c0d5404a758362f2a9ba5f9385cf");
}

TEST(ActionHash, CoversEveryKindOfWidgetCallAndConstraint) {
  EXPECT_EQ(
      hash_of(
          R"({"key": "k1", "version": "1", "name": "ünï 𝒳 \"q\"", "kind": "FUNCTION", "args": [{"key": "n",
      "kind": "INT", "default": 10000000000000000000000000, "widget": {"kind": "SLIDER", "min": 1,
      "max": 1e+22, "step": 1e-07}, "effects": [{"kind": "HIDE", "call": {"operation": "gt",
      "arguments": [{"key": "a", "value_path": "value"}, {"key": "b", "value_literal": 0.5},
      {"key": "c", "value_list": [{"value_literal": 1}, {"util_call": {"operation": "f"}}]},
      {"key": "d", "value_dict": [{"key": "z", "value_path": "/n/1"}]}]}, "dependencies": ["n"]},
      {"kind": "MESSAGE", "message": "m", "call": {"operation": "x"}, "fade": false}], "validators": [{"call": {"operation": "gt",
      "arguments": [{"key": "a", "value_path": "value"}, {"key": "b", "value_literal": 0.5},
      {"key": "c", "value_list": [{"value_literal": 1}, {"util_call": {"operation": "f"}}]},
      {"key": "d", "value_dict": [{"key": "z", "value_path": "/n/1"}]}]}, "dependencies": ["n"],
      "source": "s"}]}, {"key": "s", "kind": "STRING", "widget": {"kind": "STRING", "placeholder": "p",
      "as_paragraph": true}}, {"key": "q", "kind": "STRUCTURE", "identifier": "@a/b", "widget": {"kind": "SEARCH",
      "query": "query q{x}", "ward": "w", "dependencies": ["n"], "filters": [{"key": "f", "kind": "INT"}]}},
      {"key": "c", "kind": "ENUM", "choices": [{"value": 1.5, "label": "l", "image": "i"}],
      "widget": {"kind": "CHOICE"}}, {"key": "u", "kind": "STRING", "widget": {"kind": "CUSTOM",
      "component": "c", "props": [{"key": "p", "static_value": {"b": 1, "a": [1.0, null]}},
      {"key": "d", "dynamic_value": {"path": "x"}}], "fallback": {"kind": "STRING"}}}, {"key": "st",
      "kind": "STRING", "widget": {"kind": "STATE_CHOICE", "state_path": "p", "dependency": "d",
      "state_accessors": [{"option_key": "LABEL", "path": "l"}]}}, {"key": "px", "kind": "STRING",
      "widget": {"kind": "PROXY", "target_port": "a", "target_action": "b"}}, {"key": "m", "kind": "MODEL",
      "identifier": "@m/m", "children": [{"key": "d", "kind": "DICT", "children": [{"key": "...",
      "kind": "UNION", "children": [{"key": "x", "kind": "INT"}, {"key": "y", "kind": "DATE"}]}]}],
      "default": {"x": 3.0, "y": 2}}], "returns": [{"key": "r", "kind": "QUANTITY", "reference_unit": "um",
      "proposed_units": ["nm"], "dimension": "[length]", "provides": [{"key": "a", "operator": "IN",
      "value": [1, 2.0]}], "widget": {"kind": "CHOICE"}}, {"key": "r2", "kind": "STRING", "widget": {"kind": "CUSTOM",
      "component": "x"}}], "port_groups": [{"key": "g", "title": "t", "description": "d", "ports": ["n"],
      "effects": [{"kind": "CUSTOM", "call": {"operation": "o"}}]}], "is_test_for": [{"hash": "h"},
      {"app": "a", "key": "k", "version": "2"}], "collections": ["a", "b"]})"),
      "3861dfc1f545a740b689896331695379fa27d90f31810b2a9d49084e4311cc4b");
}

TEST(ActionHash, IsTheSameInGraphqlsSpelling) {
  EXPECT_EQ(hash_of(R"({"key":"q","version":"1","name":"Q","kind":"FUNCTION",
                        "args":[{"key":"u","kind":"QUANTITY","referenceUnit":"mV","proposedUnits":["V"]}]})"),
            "43f8d5614a89d12bf9ec8ced9321e37e42d42d028cfa3ee333567dbee87aef72");
}

TEST(ActionHash, TellsIntegersFromFloatsInDefaults) {
  EXPECT_NE(hash_of(with_args(R"({"key":"a","kind":"FLOAT","default":3})").c_str()),
            hash_of(with_args(R"({"key":"a","kind":"FLOAT","default":3.0})").c_str()));
}

TEST(ActionHash, LeavesOutTheDimensionWeDerive) {
  const Json definition =
      completed(with_args(R"({"key":"u","kind":"QUANTITY","reference_unit":"mV"})").c_str());
  EXPECT_TRUE(definition["args"].items()[0]["dimension"].is_null());
}

TEST(StateHash, IsWhatClientsCompute) {
  const Json agent =
      complete_agent(shapes(), Json::parse(R"({"states":[{"interface":"s","definition":{"name":"anything",
                   "ports":[{"key":"exposure","kind":"FLOAT"},{"key":"busy","kind":"BOOL"}]}}]})"));
  EXPECT_EQ(state_hash(agent["states"].items()[0]["definition"]),
            "2e5deebd0a6eebc16f947b5123089512ed1ad5c92f81373c7926abec814a3b39");
}

TEST(Definition, TakesNullForADefault) {
  const Json definition = completed(R"({"key":"k","version":"1","name":"K","kind":"FUNCTION","args":null,
                                        "pure":null,"stateful":null})");
  EXPECT_EQ(definition["args"], Json::array());
  EXPECT_EQ(definition["pure"], Json(false));
}

TEST(Definition, IsIdempotentWhenItIsPure) {
  EXPECT_EQ(completed(R"({"key":"k","version":"1","name":"K","kind":"FUNCTION","pure":true})")["idempotent"],
            Json(true));
}

TEST(Definition, RefusesMembersNobodyKnows) {
  EXPECT_EQ(path_of(refusal(R"({"key":"k","version":"1","name":"K","kind":"FUNCTION","speed":9})")),
            "definition");
  EXPECT_EQ(path_of(refusal(with_args(R"({"key":"a","kind":"INT","colour":"red"})"))), "definition.args[0]");
  EXPECT_EQ(path_of(refusal(R"({"version":"1","name":"K","kind":"FUNCTION"})")), "definition.key");
  EXPECT_EQ(path_of(refusal(with_args(R"({"key":"a","kind":"INTEGER"})"))), "definition.args[0].kind");
  EXPECT_EQ(path_of(refusal(with_args(R"({"key":"a","kind":"INT","nullable":1})"))),
            "definition.args[0].nullable");
}

TEST(Definition, ReadsOnlyTheMembersOfItsWidgetsKind) {
  const std::string foreign =
      R"({"key":"a","kind":"INT","widget":{"kind":"SLIDER","min":0,"max":1,"query":"q"}})";
  EXPECT_EQ(path_of(refusal(with_args(foreign))), "definition.args[0].widget");
  const std::string null_member =
      R"({"key":"a","kind":"INT","widget":{"kind":"SLIDER","min":0,"max":1,"query":null}})";
  EXPECT_EQ(refusal(with_args(null_member)), "");
  const std::string incomplete = R"({"key":"a","kind":"INT","widget":{"kind":"SEARCH","query":"q"}})";
  EXPECT_EQ(path_of(refusal(with_args(incomplete))), "definition.args[0].widget.ward");
}

TEST(Definition, RefusesPortsThatCannotBe) {
  const char* impossible[] = {
      R"({"key":"a","kind":"STRUCTURE"})",
      R"({"key":"a","kind":"MEMORY_STRUCTURE"})",
      R"({"key":"a","kind":"INTERFACE"})",
      R"({"key":"a","kind":"QUANTITY"})",
      R"({"key":"a","kind":"ENUM","choices":[]})",
      R"({"key":"a","kind":"LIST"})",
      R"({"key":"a","kind":"LIST","children":[{"key":"x","kind":"INT"},{"key":"y","kind":"INT"}]})",
      R"({"key":"a","kind":"DICT"})",
      R"({"key":"a","kind":"DICT","children":[{"key":"...","kind":"INT"},{"key":"y","kind":"INT"}]})",
      R"({"key":"a","kind":"UNION","children":[{"key":"x","kind":"INT"}]})",
      R"({"key":"a","kind":"MODEL","children":[]})",
      R"({"key":"","kind":"INT"})",
      R"({"key":"a..b","kind":"INT"})",
  };
  for (const char* port : impossible)
    EXPECT_EQ(path_of(refusal(with_args(port))), "definition.args[0]") << port;
  EXPECT_EQ(path_of(refusal(with_args(R"({"key":"a","kind":"INT"},{"key":"a","kind":"INT"})"))),
            "definition.args[1]");
  EXPECT_EQ(path_of(refusal(with_args(R"({"key":"a","kind":"INT","reference_unit":"m"})"))),
            "definition.args[0].reference_unit");
  EXPECT_EQ(path_of(refusal(with_args(
                R"({"key":"a","kind":"QUANTITY","reference_unit":"m","proposed_units":["mm","s"]})"))),
            "definition.args[0].proposed_units[1]");
  EXPECT_EQ(path_of(refusal(
                with_args(R"({"key":"a","kind":"QUANTITY","reference_unit":"m","dimension":"[time]"})"))),
            "definition.args[0].dimension");
}

TEST(Definition, AcceptsWhatPythonFunctionsHave) {
  EXPECT_EQ(refusal(with_args(R"({"key":"value","kind":"INT"})")), "");
  EXPECT_EQ(refusal(with_args(R"({"key":"a","kind":"DICT","children":[{"key":"...","kind":"INT"}]})")), "");
  EXPECT_EQ(refusal(with_args(R"({"key":"a","kind":"STRING","default":{"any":["thing"]}})")), "");
}

TEST(Definition, RefusesWidgetsThatCannotBe) {
  const char* impossible[] = {
      R"({"kind":"SLIDER","min":0})",
      R"({"kind":"SLIDER","min":2,"max":1})",
      R"({"kind":"SLIDER","min":0,"max":1,"step":0})",
      R"({"kind":"STATE_CHOICE"})",
      R"({"kind":"STATE_CHOICE","state_path":"p","state_call":{"operation":"x"}})",
  };
  for (const char* widget : impossible) {
    EXPECT_EQ(path_of(refusal(with_args(std::string(R"({"key":"a","kind":"INT","widget":)") + widget + "}"))),
              "definition.args[0].widget")
        << widget;
  }
}

std::string validator(const std::string& call, const std::string& dependencies = "[]") {
  return with_args(R"({"key":"a","kind":"INT","validators":[{"call":)" + call + R"(,"dependencies":)" +
                   dependencies + R"(}]},{"key":"b","kind":"MODEL","children":[{"key":"x","kind":"INT"}]})");
}

TEST(Validators, ArePure) {
  const char* impure[] = {
      R"({"operation":" "})",
      R"({"operation":"f","arguments":[{"value_path":"value"}]})",
      R"({"operation":"f","arguments":[{"key":"x"}]})",
      R"({"operation":"f","arguments":[{"key":"x","value_path":"value","value_literal":1}]})",
      R"({"operation":"f","arguments":[{"key":"x","value_path":"value"},{"key":"x","value_path":"value"}]})",
      R"({"operation":"f","arguments":[{"key":"x","value_path":"/b/0"}]})",
      R"({"operation":"f","arguments":[{"key":"x","agent_call":{"dependency":"d","operation":"o"}}]})",
      R"({"operation":"f","arguments":[{"key":"x","value_list":[{"key":"k","value_literal":1}]}]})",
      R"({"operation":"f","arguments":[{"key":"x","value_dict":[{"value_literal":1}]}]})",
      R"({"operation":"f","arguments":[{"key":"x","util_call":{"operation":"g",
          "arguments":[{"key":"y","value_path":"c"}]}}]})",
  };
  for (const char* call : impure) {
    EXPECT_EQ(path_of(refusal(validator(call))), "definition.args[0].validators[0].call") << call;
  }
  EXPECT_EQ(
      refusal(validator(R"({"operation":"f","arguments":[{"key":"x","value_path":"/b/0"}]})", R"(["b"])")),
      "");
}

TEST(Validators, DependOnPortsThatExist) {
  EXPECT_EQ(refusal(validator(R"({"operation":"f"})", R"(["b", "b..x"])")), "");
  EXPECT_EQ(path_of(refusal(validator(R"({"operation":"f"})", R"(["b..y"])"))),
            "definition.args[0].validators[0].dependencies[0]");
  EXPECT_EQ(path_of(refusal(validator(R"({"operation":"f"})", R"(["c"])"))),
            "definition.args[0].validators[0].dependencies[0]");
}

TEST(Constraints, HaveValuesThatFitTheirOperator) {
  const auto required = [](const std::string& constraint) {
    return path_of(refusal(with_args(R"({"key":"a","kind":"INT","requires":[)" + constraint + "]}")));
  };
  for (const char* wrong :
       {R"({"key":"","operator":"EXISTS"})", R"({"key":"k","operator":"IN","value":1})",
        R"({"key":"k","operator":"GTE","value":"1"})", R"({"key":"k","operator":"EXISTS","value":1})"}) {
    EXPECT_EQ(required(wrong), "definition.args[0].requires[0]") << wrong;
  }
  EXPECT_EQ(required(R"({"key":"k","operator":"NOT_IN","value":[]})"), "");
}

TEST(Scope, FollowsMemoryStructuresAtAnyDepth) {
  const auto scope = [](const std::string& args, const std::string& returns) {
    return action_scope(completed((R"({"key":"k","version":"1","name":"K","kind":"FUNCTION","args":[)" +
                                   args + R"(],"returns":[)" + returns + "]}")
                                      .c_str()));
  };
  const std::string local = R"({"key":"x","kind":"LIST","children":[
      {"key":"...","kind":"MEMORY_STRUCTURE","identifier":"@a/b"}]})";
  const std::string global = R"({"key":"x","kind":"STRUCTURE","identifier":"@a/b"})";
  EXPECT_EQ(scope(global, global), "GLOBAL");
  EXPECT_EQ(scope(local, local), "LOCAL");
  EXPECT_EQ(scope(local, global), "BRIDGE_LOCAL_TO_GLOBAL");
  EXPECT_EQ(scope(global, local), "BRIDGE_GLOBAL_TO_LOCAL");
}

TEST(Protocols, AreInferredAndHinted) {
  const auto protocols = [](const char* declared) { return action_protocols(completed(declared)); };
  EXPECT_EQ(protocols(R"({"key":"k","version":"1","name":"K","kind":"FUNCTION","protocols":["zebra"],
                          "returns":[{"key":"r","kind":"BOOL"}]})"),
            (std::vector<std::string>{"predicate", "zebra"}));
  EXPECT_EQ(
      protocols(with_args(R"({"key":"t","kind":"STRUCTURE","identifier":"@rekuest/taskevent"})").c_str()),
      (std::vector<std::string>{"hook"}));
  EXPECT_EQ(protocols(with_args(R"({"key":"t","kind":"STRUCTURE","identifier":"@lok/room"})").c_str()),
            (std::vector<std::string>{"agent"}));
}

TEST(Packages, AreListedInOrderOfAppearance) {
  const Json definition = completed(with_args(R"({"key":"a","kind":"STRUCTURE","identifier":"@mikro/image"},
    {"key":"b","kind":"LIST","children":[{"key":"...","kind":"STRUCTURE","identifier":"@fluss/flow"}]},
    {"key":"c","kind":"STRUCTURE","identifier":"@mikro/stage"},
    {"key":"d","kind":"MEMORY_STRUCTURE","identifier":"@other/thing"})")
                                        .c_str());
  EXPECT_EQ(structure_packages(definition), (std::vector<std::string>{"mikro", "fluss"}));
}

std::string agent_refusal(const char* declared) {
  try {
    complete_agent(shapes(), Json::parse(declared));
  } catch (const base::Error& error) {
    return error.message();
  }
  return "";
}

TEST(Agent, NamesThingsOnce) {
  EXPECT_NE(agent_refusal(R"({"implementations":[
      {"definition":{"key":"a","version":"1","name":"Same","kind":"FUNCTION"}},
      {"interface":"Same","definition":{"key":"b","version":"1","name":"B","kind":"FUNCTION"}}]})"),
            "");
  EXPECT_NE(agent_refusal(R"({"states":[{"interface":"s","definition":{"name":"a","ports":[]}},
                                        {"interface":"s","definition":{"name":"b","ports":[]}}]})"),
            "");
  EXPECT_NE(agent_refusal(R"({"implementations":[{"locks":["stage"],
      "definition":{"key":"a","version":"1","name":"A","kind":"FUNCTION"}}]})"),
            "")
      << "a lock the agent does not declare";
}

TEST(Agent, KeepsUndeclaredListsApartFromEmptyOnes) {
  const Json agent = complete_agent(shapes(), Json::parse(R"({"implementations":[],"states":null})"));
  EXPECT_TRUE(agent["implementations"].is_array());
  EXPECT_TRUE(agent["states"].is_null());
}

TEST(Agent, ReadsARegisterFrame) {
  const Json frame = Json::parse(R"({"id":"1","type":"REGISTER","token":"t","force":false,"session_id":"s",
    "supervisor":null,"features":["state_requires"],"name":"live.example.adder:0.1.0","description":"Adds numbers",
    "hash":"fd81","implementations":[{"interface":"add","definition":{"key":"add","version":"1","name":"Add",
      "kind":"FUNCTION","stateful":false,"is_dev":false,"is_test_for":[],"collections":[],"port_groups":[],
      "args":[{"key":"a","label":"a","kind":"INT","nullable":false,"effects":[],"validators":[],"default":null,
               "widget":null,"requires":null}],"returns":[]},
      "dependencies":[],"tracks":[],"locks":[],"optimistics":[],"manipulates":[],"needs_token":true,
      "effects":"UNKNOWN","execution":"PLAIN","code_hash":"5456"}],
    "states":[],"locks":[],"bloks":[],"assets":null})");
  const Json agent = complete_agent(shapes(), declaration_of_frame(frame));
  EXPECT_EQ(agent["name"], Json("live.example.adder:0.1.0"));
  EXPECT_EQ(agent["implementations"].items()[0]["params"], Json());
  EXPECT_EQ(agent["implementations"].items()[0]["definition"]["pure"], Json(false));
}

}  // namespace
}  // namespace rekuest
