#include "platform/instance_keys.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "platform/start_error.h"
#include "service/private_key.h"
#include "services/lok/provisioning/first_configuration.h"

namespace platform {

jose::Key instance_key(const DataDirectory& data, const std::string& name) {
  const std::string file = data.file(name + ".key");
  if (!data.has(name + ".key")) {
    lok::write_private_file(file, jose::Key::generate_ed25519(name).private_pem());
  }
  std::ifstream stream(file);
  const std::string pem{std::istreambuf_iterator<char>(stream), {}};
  if (auto key = service::ed25519_from_pem(pem, name)) return *std::move(key);
  throw StartError(Exit::kConfiguration,
                   file +
                       " holds no private Ed25519 key in PEM. Restore it, or remove it: a new one is made, "
                       "and programs that remember a login must log in again.");
}

void announce_key(lok::Configuration& lok, const std::string& name, const jose::Key& key) {
  const std::string service = "live.arkitekt." + name;
  for (lok::HubSettings& hub : lok.hubs) {
    for (lok::InstanceSettings& instance : hub.instances) {
      const bool here =
          std::ranges::none_of(instance.aliases, [](const auto& alias) { return alias.host.has_value(); });
      if (instance.service == service && here) instance.challenge_key = jose::base64_encode(key.raw_public());
    }
  }
}

}  // namespace platform
