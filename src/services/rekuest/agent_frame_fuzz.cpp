// Whatever an agent sends: its declaration is read or refused with an Error,
// and its frames are applied or refused with an Error, never more.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "entity/migrate.h"
#include "entity/model.h"
#include "graphql/schema/schema.h"
#include "services/rekuest/catalog.h"
#include "services/rekuest/journal.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema_documents.h"
#include "sql/database.h"

namespace {

using base::Json;

constexpr const char* kDeclaration = R"({"name":"a","hash":"h",
  "implementations":[{"interface":"f","definition":{"key":"f","version":"1","name":"F","kind":"FUNCTION"}}],
  "locks":[{"key":"l","definition":{"key":"l"}}],
  "states":[{"interface":"s","definition":{"name":"s","ports":[{"key":"x","kind":"INT"}]}}]})";

/// A database with one agent and one task of it, both with the id 1. Nothing a
/// frame does to it is kept.
struct Target {
  Target() {
    options.file = folder / "rekuest.sqlite";
    std::filesystem::create_directories(folder);
    database = sql::open_sqlite(options);
    entity::migrate(*database, entity::Model(schema), "rekuest", 1);
    database->write([this](sql::Writer& writer) {
      for (const char* statement :
           {"insert into organization (slug) values ('lab')",
            "insert into user_account (sub, iss) values ('u', 'lok')",
            "insert into app (identifier) values ('app')",
            "insert into release (app_id, version) values (1, '1')",
            "insert into client (client_id, iss, release_id) values ('c', 'lok', 1)"}) {
        writer.execute(statement);
      }
      const auto declared = rekuest::Declaration::read(shapes, Json::parse(kDeclaration));
      rekuest::register_agent(writer, {1, 1, 1, 1, "c"}, declared, nullptr, 1);
      writer.execute(
          "insert into task (organization_id, action_id, agent_id, created_at, updated_at)"
          " values (1, 1, 1, 1, 1)");
      writer.execute("update agent set connection_id = 'here'");
    });
  }
  ~Target() {
    database.reset();
    std::filesystem::remove_all(folder);
  }

  std::shared_ptr<const graphql::Schema> schema = graphql::Schema::from_sdl(rekuest::schema_documents());
  rekuest::Shapes shapes{*schema};
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("agent_frame_fuzz." + std::to_string(getpid()));
  sql::SqliteOptions options;
  std::unique_ptr<sql::Database> database;
};

struct Undo {};

void apply(Target& target, const Json& frame) {
  try {
    target.database->write([&](sql::Writer& writer) {
      rekuest::JournalOutcome outcome;
      // The second time it is a resend or a report that comes too late.
      for (int round = 0; round < 2; ++round) {
        rekuest::apply_frames(writer, {1, 1, "", "here", 0}, {frame, frame}, rekuest::JournalMode::kApply, 1,
                              outcome);
      }
      throw Undo();
    });
  } catch (const Undo&) {
  } catch (const base::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Target target;
  Json frame;
  try {
    frame = Json::parse({reinterpret_cast<const char*>(data), size});
  } catch (const base::Error&) {
    return 0;
  }
  try {
    (void)rekuest::RegisterRequest::read(nullptr, frame, target.shapes);
  } catch (const base::Error&) {
  }
  apply(target, frame);
  return 0;
}
