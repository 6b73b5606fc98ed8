#include "services/rekuest/description.h"

namespace rekuest {

const service::Description& description() {
  // The scopes are those that apps ask for by habit; a membership is what counts here.
  static const service::Description kDescription{
      .name = "rekuest",
      .summary = "Actions that apps offer, and the tasks that run them",
      .scopes = {{"read", "See what is offered and what runs"}, {"write", "Offer actions and call them"}},
      .sidecars = {{"rekuest-takt", "The sockets of agents"}},
  };
  return kDescription;
}

}  // namespace rekuest
