#include "platform/instance_keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "platform/start_error.h"

namespace platform {
namespace {

class InstanceKeys : public testing::Test {
 protected:
  InstanceKeys() {
    std::string name = (std::filesystem::temp_directory_path() / "arkitektd-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    data_ = std::make_unique<DataDirectory>(folder_);
  }
  ~InstanceKeys() override {
    data_.reset();
    std::filesystem::remove_all(folder_);
  }

  static std::string named(const jose::Key& key) { return jose::base64_encode(key.raw_public()); }

  static lok::InstanceSettings instance(const std::string& name, const lok::AliasSettings& alias) {
    lok::InstanceSettings made;
    made.service = "live.arkitekt." + name;
    made.aliases = {alias};
    return made;
  }

  std::filesystem::path folder_;
  std::unique_ptr<DataDirectory> data_;
};

TEST_F(InstanceKeys, LastAndDifferByService) {
  const jose::Key made = instance_key(*data_, "rekuest");
  EXPECT_TRUE(made.is_private());
  EXPECT_EQ(named(instance_key(*data_, "rekuest")), named(made));
  EXPECT_NE(named(instance_key(*data_, "lok")), named(made));
}

TEST_F(InstanceKeys, BelongToTheOwner) {
  instance_key(*data_, "s3");
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "s3.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
}

TEST_F(InstanceKeys, AreNotReplacedWhenTheyCannotBeRead) {
  for (const std::string& text : {std::string("half a key"), jose::Key::generate_rsa2048("k").private_pem(),
                                  jose::Key::generate_ed25519("k").public_pem()}) {
    std::ofstream(folder_ / "lok.key") << text;
    try {
      instance_key(*data_, "lok");
      ADD_FAILURE() << "accepted " << text;
    } catch (const StartError& error) {
      EXPECT_EQ(error.exit, Exit::kConfiguration);
      EXPECT_EQ(error.message().find(text), std::string::npos);
    }
  }
}

TEST_F(InstanceKeys, AreNamedOnlyForWhatIsHere) {
  const jose::Key key = instance_key(*data_, "mikro");
  lok::AliasSettings follows;
  lok::AliasSettings elsewhere;
  elsewhere.host = "mikro.lab.org";
  lok::Configuration lok;
  lok.hubs.resize(1);
  lok.hubs[0].instances = {instance("mikro", follows), instance("mikro", elsewhere),
                           instance("fluss", follows)};
  announce_key(lok, "mikro", key);
  EXPECT_EQ(lok.hubs[0].instances[0].challenge_key, named(key));
  EXPECT_EQ(lok.hubs[0].instances[1].challenge_key, std::nullopt);
  EXPECT_EQ(lok.hubs[0].instances[2].challenge_key, std::nullopt);
}

}  // namespace
}  // namespace platform
