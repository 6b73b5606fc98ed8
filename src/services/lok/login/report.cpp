#include "services/lok/login/report.h"

#include <charconv>
#include <exception>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "service/auth.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Json;

constexpr std::size_t kMaxReports = 1000;

struct AliasReport {
  std::string key;
  std::optional<std::int64_t> alias;
  bool valid = false;
  std::optional<std::string> reason;
};

std::optional<std::int64_t> row_id(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.as_string();
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

std::vector<AliasReport> read_reports(const Json& document) {
  std::vector<AliasReport> reports;
  const Json& all = document["alias_reports"];
  if (all.is_null()) return reports;
  if (all.members().size() > kMaxReports) {
    throw base::Error(base::code::kValidation, std::string("There are too many alias reports."));
  }
  for (const auto& [key, entry] : all.members()) {
    AliasReport report;
    report.key = key;
    report.alias = row_id(entry["alias_id"]);
    report.valid = entry["valid"].is_bool() && entry["valid"].as_bool();
    if (entry["reason"].is_string()) report.reason = entry["reason"].as_string();
    reports.push_back(std::move(report));
  }
  return reports;
}

void store(sql::Writer& writer, const std::string& client_id, bool functional,
           const std::vector<AliasReport>& reports, std::int64_t now) {
  const sql::Rows client = writer.query(
      "update client set functional = $1, last_reported_at = $2 where client_id = $3 returning id",
      {sql::flag(functional), now, client_id});
  if (client.empty()) return;  // its mandate was revoked a moment ago
  for (const AliasReport& report : reports) {
    writer.execute(
        "insert into used_alias (client_id, key, alias_id, valid, reason, reported_at)"
        " values ($1, $2, (select id from instance_alias where id = $3), $4, $5, $6)"
        " on conflict (client_id, key) do update set alias_id = excluded.alias_id, valid = excluded.valid,"
        " reason = excluded.reason, reported_at = excluded.reported_at",
        {client.integer(0, 0), report.key, sql::nullable(report.alias), sql::flag(report.valid),
         sql::nullable(report.reason), now});
  }
}

net::HttpResponse failure(int status, std::string_view message) {
  return net::HttpResponse::json(status, Json::object({{"error", message}}).dump());
}

}  // namespace

net::HttpResponse report_aliases(sql::Database& database, const service::TokenVerifier& verifier,
                                 const net::HttpRequest& request) {
  try {
    const service::Claims claims =
        verifier.verify(service::bearer_token(request.headers, verifier.config().authorization_headers));
    const Json document = Json::parse(request.body);
    const std::vector<AliasReport> reports = read_reports(document);
    const bool functional = document["functional"].is_bool() && document["functional"].as_bool();
    const std::int64_t now = base::now_micros();
    database.write([&](sql::Writer& writer) { store(writer, claims.client_id, functional, reports, now); });
    return net::HttpResponse::json(200, R"({"status":"ok"})");
  } catch (const base::Error& error) {
    if (error.code() == base::code::kValidation) return failure(400, error.message());
    if (error.code() == base::code::kUnavailable) return failure(503, error.message());
    if (error.code() == base::code::kInternal) {
      base::log::error("lok.report_failed", {{"error", error.message()}});
      return failure(500, "The report could not be stored.");
    }
    return failure(403, error.message());
  }
}

}  // namespace lok
