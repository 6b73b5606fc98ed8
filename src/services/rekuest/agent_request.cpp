#include "services/rekuest/agent_request.h"

#include <algorithm>
#include <array>

#include "services/rekuest/child_call.h"
#include "services/rekuest/control.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/hold.h"
#include "services/rekuest/state_revision.h"

namespace rekuest {
namespace {

using base::Json;

constexpr std::array<std::string_view, 8> kRequests{
    "ASSIGN_REQUEST", "CANCEL_REQUEST", "INTERRUPT_REQUEST",      "PAUSE_REQUEST",
    "RESUME_REQUEST", "HELD",           "STATE_REVISION_REQUEST", "INFORM"};

// In the protocol's own words, so that an app fails cleanly instead of waiting.
void refuse(const JournalAgent& from, const std::string& kind, const Json& request, const char* why,
            Outcome& out) {
  const auto say = [&](std::string_view type, Json::Object members) {
    out.messages.push_back({from.agent, 0, type, frame(type, members)});
  };
  const Json& id = request["id"];
  if (kind == "ASSIGN_REQUEST") {
    say("ASSIGN_RESPONSE", {{"request", id},
                            {"reference", request["reference"]},
                            {"task", nullptr},
                            {"created", false},
                            {"error", why}});
  } else if (kind == "STATE_REVISION_REQUEST") {
    say("STATE_REVISION_RESPONSE", {{"request", id}, {"error", why}});
  } else if (kind == "HELD" || kind == "INFORM") {
    say("BLOK_REFUSED", {{"task", request["task"]}, {"reason", why}});
  } else {
    say("CONTROL_RESPONSE",
        {{"request", id}, {"task", request["task"]}, {"accepted", false}, {"error", why}});
  }
}

}  // namespace

bool is_request(std::string_view kind) {
  return std::find(kRequests.begin(), kRequests.end(), kind) != kRequests.end();
}

void answer_request(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from,
                    const std::string& kind, const Json& request, std::int64_t now, Outcome& out) {
  const auto control = [&](Control what) {
    control_child(writer, ledger, from.agent, what, request, now, out);
  };
  if (kind == "ASSIGN_REQUEST") return call_child(writer, ledger, from, request, now, out);
  if (kind == "CANCEL_REQUEST") return control(Control::kCancel);
  if (kind == "INTERRUPT_REQUEST") return control(Control::kInterrupt);
  if (kind == "PAUSE_REQUEST") return control(Control::kPause);
  if (kind == "RESUME_REQUEST") return control(Control::kResume);
  if (kind == "STATE_REVISION_REQUEST") return answer_state_revision(writer, ledger, from, request, now, out);
  if (kind == "HELD" && request["blok"].is_null()) return hold_task(ledger, from.agent, request, out);
  refuse(from, kind, request, "This server does not offer that yet.", out);
}

void refuse_request(const JournalAgent& from, const std::string& kind, const Json& request, Outcome& out) {
  refuse(from, kind, request, "The server could not store what was asked for.", out);
}

}  // namespace rekuest
