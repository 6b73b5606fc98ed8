// Thread names, as `top -H` and debuggers show them. For net/ only.
#pragma once

#include <pthread.h>

#include <string>

namespace net {

/// Linux keeps 15 characters.
inline void name_this_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace net
