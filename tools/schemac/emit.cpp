#include "schemac/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/error.h"
#include "schemac/cpp_names.h"

namespace schemac {
namespace {

using graphql::FieldDef;
using graphql::InputValue;
using graphql::NamedType;
using graphql::ast::find_directive;
using graphql::ast::TypeDefinition;
using Kind = NamedType::Kind;

/// A struct to be: an input type, or the arguments of a field.
struct Struct {
  std::string name;   ///< in C++
  std::string place;  ///< what it is in the schema: `AssignInput`, `Query.action`
  const std::vector<InputValue>* members = nullptr;
  const NamedType* owner = nullptr;  ///< the input type, if it is one
};

bool is_entity(const NamedType& type) {
  const auto is_stored = [](const NamedType& one) {
    return find_directive(one.directives, "entity") != nullptr;
  };
  return is_stored(type) || std::any_of(type.interfaces.begin(), type.interfaces.end(),
                                        [&](const NamedType* above) { return is_stored(*above); });
}

// An abstract type whose objects are rows of several tables.
bool names_rows(const NamedType& type) {
  return type.is_abstract() && !is_entity(type) &&
         std::any_of(type.members.begin(), type.members.end(),
                     [](const NamedType* member) { return is_entity(*member); });
}

class Header {
 public:
  Header(const Noun& noun, const Sources& sources, const InputTypes& inputs, const Target& target)
      : noun_(noun), sources_(sources), inputs_(inputs), target_(target) {}

  std::string text() {
    collect();
    order();
    open();
    for (const NamedType* type : enums_) add_enum(*type);
    for (const Struct& each : structs_) add_struct(each);
    close();
    include_later();
    out_ += fmt::format("namespace {} {{\n", target_.name_space);
    for (const NamedType* type : objects_) add_object(*type);
    add_roots("query", sources_.schema().query());
    add_roots("mutation", sources_.schema().mutation());
    add_roots("subscription", sources_.schema().subscription());
    close();
    return std::move(out_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_ += fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
  }

  // --- what there is ---------------------------------------------------------

  void collect() {
    for (const TypeDefinition& node : noun_.document.types) {
      const NamedType& type = *sources_.schema().type(node.name);
      if (node.kind == Kind::kObject || node.kind == Kind::kInterface) collect_fields(node, type);
      if (node.extension) continue;
      if (type.kind == Kind::kEnum) enums_.push_back(&type);
      if (type.kind == Kind::kInputObject)
        structs_.push_back({type.name, type.name, &type.input_fields, &type});
    }
    std::map<std::string, std::string> named;
    for (const NamedType* type : enums_) named.emplace(type->name, type->name);
    for (const NamedType* type : objects_) named.emplace(type->name, type->name);
    for (const Struct& each : structs_) {
      if (!named.emplace(each.name, each.place).second) clash(each.place, each.name, named.at(each.name));
    }
  }

  // Root types are made of what each noun adds; other types belong to the noun that defines them.
  void collect_fields(const TypeDefinition& node, const NamedType& type) {
    if (root_of(type)) {
      for (const auto& field : node.fields) {
        roots_.insert(type.field(field.name));
        collect_arguments(*type.field(field.name));
      }
      return;
    }
    bool has_code = false;
    for (const FieldDef& field : type.fields) {
      const bool computed = find_directive(*field.directives, "computed") != nullptr;
      has_code |= computed || find_directive(*field.directives, "sql") != nullptr;
      if (computed && !node.extension) collect_arguments(field);
    }
    if (has_code && !node.extension) objects_.push_back(&type);
  }

  void collect_arguments(const FieldDef& field) {
    if (field.arguments.empty() || takes_input(field)) return;
    structs_.push_back(
        {arguments_name(field), field.owner->name + "." + field.name, &field.arguments, nullptr});
  }

  bool root_of(const NamedType& type) const {
    const graphql::Schema& schema = sources_.schema();
    return &type == schema.query() || &type == schema.mutation() || &type == schema.subscription();
  }

  /// Whether its one argument is `input`, which code gets instead of a struct around it.
  static bool takes_input(const FieldDef& field) {
    return field.arguments.size() == 1 && field.arguments[0].name == "input" &&
           field.arguments[0].type->is_non_null() &&
           field.arguments[0].type->named->kind == Kind::kInputObject;
  }

  std::string arguments_name(const FieldDef& field) const {
    const bool query = field.owner == sources_.schema().query();
    return (query ? "" : field.owner->name) + pascal_case(field.name) + "Arguments";
  }

  // --- order -----------------------------------------------------------------

  // Structs follow what they have inside them.
  void order() {
    std::vector<Struct> sorted;
    std::set<std::string> done;
    std::function<void(const Struct&)> visit = [&](const Struct& each) {
      if (!done.insert(each.name).second) return;
      for (const InputValue& value : *each.members) {
        if (!inputs_.is_inside(value, each.owner)) continue;
        for (const Struct& other : structs_) {
          if (other.owner == value.type->named) visit(other);
        }
      }
      sorted.push_back(each);
    };
    for (const Struct& each : structs_) visit(each);
    structs_ = std::move(sorted);
  }

  template <class Each>
  void for_each_foreign(const Each& each) const {
    for (const Struct& one : structs_) {
      for (const InputValue& value : *one.members) {
        const NamedType& named = *value.type->named;
        const Noun* home = sources_.noun_of(named);
        if (home != nullptr && home != &noun_ && named.kind != Kind::kScalar) each(one, value, *home);
      }
    }
  }

  /// Headers that must come before: their types are inside ours.
  static std::set<const Noun*> needed_by(const Noun& noun, const Sources& sources, const InputTypes& inputs,
                                         const Target& target) {
    Header header(noun, sources, inputs, target);
    header.collect();
    std::set<const Noun*> nouns;
    header.for_each_foreign([&](const Struct& one, const InputValue& value, const Noun& home) {
      if (inputs.is_inside(value, one.owner)) nouns.insert(&home);
    });
    return nouns;
  }

  void refuse_circle(const Noun& first, const std::string& place) const {
    std::set<const Noun*> seen;
    std::function<void(const Noun&)> follow = [&](const Noun& noun) {
      if (&noun == &noun_) {
        throw base::Error(
            base::code::kValidation,
            "{}: {} and {} have types that contain types of each other. Move them into one file.",
            sources_.place_of(place), noun_.file, first.file);
      }
      if (!seen.insert(&noun).second) return;
      for (const Noun* next : needed_by(noun, sources_, inputs_, target_)) follow(*next);
    };
    follow(first);
  }

  // --- text ------------------------------------------------------------------

  void open() {
    line("// Made from {} by tools/schemac; change that instead.", noun_.file);
    line("#pragma once\n");
    std::set<std::string> includes;
    std::set<std::string> declared;
    for_each_foreign([&](const Struct& one, const InputValue& value, const Noun& home) {
      if (inputs_.is_inside(value, one.owner)) {
        refuse_circle(home, one.owner != nullptr ? one.place + "." + value.name : one.place);
        includes.insert(header_path(home, target_));
      } else {
        const bool is_enum = value.type->named->kind == Kind::kEnum;
        declared.insert(fmt::format("{} {};", is_enum ? "enum class" : "struct", value.type->named->name));
        later_.insert(header_path(home, target_));
      }
    });
    for (const FieldDef* field : roots_) {
      const Noun* home = takes_input(*field) ? sources_.noun_of(*field->arguments[0].type->named) : nullptr;
      if (home != nullptr && home != &noun_) later_.insert(header_path(*home, target_));
    }
    line("#include \"entity/input.h\"\n#include \"entity/names.h\"");
    for (const std::string& path : includes) {
      line("#include \"{}\"", path);
      later_.erase(path);
    }
    line("\nnamespace {} {{\n", target_.name_space);
    for (const std::string& declaration : declared) line("{}", declaration);
    for (const Struct& each : structs_) line("struct {};", each.name);
  }

  void close() { line("\n}}  // namespace {}\n", target_.name_space); }

  // What our structs only have lists of may contain them in turn.
  void include_later() {
    for (const std::string& path : later_) line("#include \"{}\"", path);
    if (!later_.empty()) out_ += "\n";
  }

  [[noreturn]] void clash(const std::string& place, const std::string& name, const std::string& other) const {
    throw base::Error(base::code::kValidation, "{}: {} and {} are both called {} in C++.",
                      sources_.place_of(place), place, other, name);
  }

  /// Names in one scope; throws where two become one.
  class Scope {
   public:
    Scope(const Header& header, std::string place) : header_(header), place_(std::move(place)) {}
    std::string add(std::string name, const std::string& member) {
      const auto [known, fresh] = names_.emplace(name, place_ + "." + member);
      if (!fresh) header_.clash(place_ + "." + member, name, known->second);
      return name;
    }

   private:
    const Header& header_;
    std::string place_;
    std::map<std::string, std::string> names_;
  };

  void add_enum(const NamedType& type) {
    Scope scope(*this, type.name);
    std::string names;
    std::string texts;
    for (const graphql::EnumValue& value : type.values) {
      const std::string_view comma = names.empty() ? "" : ", ";
      names += fmt::format("{}{}", comma, scope.add(enumerator_name(value.name), value.name));
      texts += fmt::format("{}\"{}\"", comma, value.name);
    }
    line("\nenum class {} {{ {} }};", type.name, names);
    line("inline constexpr std::string_view k{}Texts[] = {{{}}};", type.name, texts);
    line("constexpr std::span<const std::string_view> texts_of({0}) {{ return k{0}Texts; }}", type.name);
  }

  void add_struct(const Struct& each) {
    Scope scope(*this, each.place);
    line("\nstruct {} {{", each.name);
    for (const InputValue& value : *each.members) {
      line("  {} {}{};", inputs_.member_type(value, each.owner),
           scope.add(member_name(value.name), value.name), inputs_.initializer(value));
    }
    if (each.owner != nullptr && inputs_.is_filter(*each.owner) && !is_lookup(*each.owner)) {
      for (const InputValue& value : *each.members) {
        line("  static constexpr entity::FilterName<{}> {}{{\"{}.{}\"}};", inputs_.given_type(value),
             scope.add(constant_name(value.name), value.name), each.name, value.name);
      }
    }
    if (each.owner != nullptr && inputs_.is_ordering(*each.owner)) {
      for (const InputValue& value : *each.members) {
        line("  static constexpr entity::OrderName {}{{\"{}.{}\"}};",
             scope.add(constant_name(value.name), value.name), each.name, value.name);
      }
    }
    scope.add("kName_", "the table");
    scope.add("kMembers_", "the table");
    add_table(each);
    line("}};");
  }

  // A template, so that only tables that are read cost compile time, and of complete types.
  void add_table(const Struct& each) {
    line("  static constexpr std::string_view kName_ = \"{}\";", each.name);
    line("  template <class Self>\n  static constexpr entity::InputMember kMembers_[] = {{");
    for (const InputValue& value : *each.members) {
      line("      {{\"{0}\", offsetof(Self, {1}), entity::read_member<decltype(Self::{1})>, {2}}},",
           value.name, member_name(value.name), value.is_required());
    }
    line("  }};");
  }

  void add_object(const NamedType& type) {
    Scope scope(*this, type.name);
    std::set<std::string> needed;
    line("\nstruct {} {{", type.name);
    for (const FieldDef& field : type.fields) {
      std::string handle;
      if (find_directive(*field.directives, "sql") != nullptr) handle = "SqlName";
      if (const auto* computed = find_directive(*field.directives, "computed")) {
        const std::string in = field.arguments.empty() ? "entity::NoArguments" : arguments_name(field);
        const NamedType& named = *field.type->named;
        handle = fmt::format("{}<{}>",
                             is_entity(named)    ? "RowsName"
                             : names_rows(named) ? "RefsName"
                                                 : "ComputedName",
                             in);
        if (const auto* needs = computed->argument("needs")) add_words(needs->text, needed);
      }
      if (handle.empty()) continue;
      line("  static constexpr entity::{} {}{{\"{}.{}\"}};", handle,
           scope.add(constant_name(field.name), field.name), type.name, field.name);
    }
    for (const std::string& field : needed) {
      if (field != "id") {
        line("  static constexpr entity::ColumnName {}{{\"{}\"}};", scope.add(constant_name(field), field),
             field);
      }
    }
    line("}};");
  }

  static void add_words(const std::string& text, std::set<std::string>& words) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(' ', begin), text.size());
      if (end > begin) words.insert(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  static std::string answer_type(const FieldDef& field) {
    if (!is_entity(*field.type->named)) return "base::Json";
    if (field.type->is_list()) return "std::vector<std::int64_t>";
    return field.type->is_non_null() ? "std::int64_t" : "std::optional<std::int64_t>";
  }

  void add_roots(std::string_view scope_name, const NamedType* root) {
    if (root == nullptr) return;
    Scope scope(*this, root->name);
    std::string lines;
    for (const FieldDef& field : root->fields) {
      if (!roots_.contains(&field)) continue;
      const bool input = takes_input(field);
      const std::string in = input                     ? field.arguments[0].type->named->name
                             : field.arguments.empty() ? "entity::NoArguments"
                                                       : arguments_name(field);
      const std::string handle = root == sources_.schema().subscription()
                                     ? fmt::format("StreamName<{}>", in)
                                     : fmt::format("RootName<{}, {}>", in, answer_type(field));
      lines += fmt::format("inline constexpr entity::{} {}{{\"{}.{}\"{}}};\n", handle,
                           scope.add(constant_name(field.name), field.name), root->name, field.name,
                           input ? ", true" : "");
    }
    if (!lines.empty()) line("\nnamespace {0} {{\n{1}}}  // namespace {0}", scope_name, lines);
  }

  const Noun& noun_;
  const Sources& sources_;
  const InputTypes& inputs_;
  const Target& target_;
  std::vector<const NamedType*> enums_;
  std::vector<const NamedType*> objects_;  ///< with fields in C++
  std::vector<Struct> structs_;
  std::set<const FieldDef*> roots_;
  std::set<std::string> later_;
  std::string out_;
};

}  // namespace

std::string header_path(const Noun& noun, const Target& target) {
  const std::size_t slash = noun.file.rfind('/');
  const std::string name = slash == std::string::npos ? noun.file : noun.file.substr(slash + 1);
  return target.folder + "/" + name.substr(0, name.rfind('.')) + ".h";
}

std::string emit(const Noun& noun, const Sources& sources, const InputTypes& inputs, const Target& target) {
  return Header(noun, sources, inputs, target).text();
}

}  // namespace schemac
