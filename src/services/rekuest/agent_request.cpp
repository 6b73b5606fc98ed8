#include "services/rekuest/agent_request.h"

#include "services/rekuest/frame.h"

namespace rekuest {

std::optional<std::string> answer_to(const std::string& kind, const base::Json& request) {
  static const std::string kNotYet = "This server does not offer that yet.";
  const base::Json& id = request["id"];
  const base::Json& task = request["task"];
  if (kind == "ASSIGN_REQUEST") {
    return frame("ASSIGN_RESPONSE", {{"request", id},
                                     {"reference", request["reference"]},
                                     {"task", nullptr},
                                     {"created", false},
                                     {"error", kNotYet}});
  }
  if (kind == "STATE_REVISION_REQUEST") {
    return frame("STATE_REVISION_RESPONSE", {{"request", id}, {"error", kNotYet}});
  }
  if (kind == "PROBE_REQUEST") return frame("PROBE_RESPONSE", {{"request", id}, {"error", kNotYet}});
  if (kind == "HELD" || kind == "INFORM") {
    return frame("BLOK_REFUSED", {{"task", task}, {"reason", kNotYet}});
  }
  if (kind.ends_with("_REQUEST")) {
    return frame("CONTROL_RESPONSE",
                 {{"request", id}, {"task", task}, {"accepted", false}, {"error", kNotYet}});
  }
  return std::nullopt;
}

}  // namespace rekuest
