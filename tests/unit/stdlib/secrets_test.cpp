#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "stdlib/world.hpp"

using namespace rbc;

TEST_CASE("a secret is taken out in every form it takes") {
  Scrubber scrubber;
  scrubber.learn("p@ss w\"rd'1");
  for (const char* form : {"p@ss w\"rd'1", "p%40ss%20w%22rd%271", "p@ss w\\\"rd'1", "70407373207722726427" "31", "70407373207722726427" "31",
                           "p@ss w\"rd'\\''1", "p@ss w\"rd''1", "cEBzcyB3InJkJz", "BAc3MgdyJyZCcx", "wQHNzIHcicmQnM"}) {
    const std::string clean = scrubber.scrub("before " + std::string(form) + " after");
    INFO(form << " gave " << clean);
    CHECK(clean.find("•••") != std::string::npos);
  }
  CHECK(scrubber.scrub("nothing here") == "nothing here");
}

TEST_CASE("a secret of other letters is found as JSON, addresses and pages write it") {
  Scrubber scrubber;
  scrubber.learn("k\u00f6 </\U0001f511>&");
  for (const char* form : {"k\u00f6 </\U0001f511>&", "k\\u00f6 </\\ud83d\\udd11>&", "k\\u00F6 <\\/\\uD83D\\uDD11>&", "k%C3%B6+%3C/%F0%9F%94%91%3E%26", "k%c3%b6%20%3c%2f%f0%9f%94%91%3e%26", "k\u00f6 &lt;/\U0001f511&gt;&amp;"}) {
    INFO(form);
    CHECK(scrubber.scrub(form) == "•••");
  }
}

TEST_CASE("a secret that nothing needs is no problem, and no command runs for it") {
  Program program;
  program.secrets = {{"a", Secret::From::env, "RBC_TEST_SECRET"}, {"b", Secret::From::env, "RBC_TEST_NO_SECRET"}, {"c", Secret::From::command, "printf unasked-for"}, {"d", Secret::From::file, "no-such-file"}};
  ::setenv("RBC_TEST_SECRET", "from-the-environment", 1);
  ::unsetenv("RBC_TEST_NO_SECRET");
  const SecretsRead none = read_secrets(program, "/", std::vector<bool>(4));
  CHECK(none.problems.empty());
  CHECK(none.values == std::vector<std::string>{"from-the-environment", "", "", ""});
  const SecretsRead one = read_secrets(program, "/", {false, true, false, false});
  REQUIRE(one.problems.size() == 1);
  CHECK(one.problems[0] == "The secret `b` cannot be used: the variable RBC_TEST_NO_SECRET is not set.");
}

TEST_CASE("every alignment of base64 is found") {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto base64 = [&](const std::string& bytes) {
    std::string all;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      std::uint32_t group = 0;
      for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
      for (int shift = 18; shift >= 0; shift -= 6) all += alphabet[group >> shift & 63];
    }
    return all;
  };
  Scrubber scrubber;
  const std::string secret = "hunter2hunter2";
  scrubber.learn(secret);
  for (const char* lead : {"", "a", "ab", "abc", "user:"}) {
    for (const char* tail : {"", "x", "xy", "xyz"}) {
      const std::string coded = base64(lead + secret + tail);
      CHECK(scrubber.scrub(coded) != coded);
    }
  }
}

TEST_CASE("values are scrubbed all the way down") {
  Scrubber scrubber;
  scrubber.learn("hunter2!");
  const Value value = Value::record({"a", "b"}, {Value::list({Value::text("x hunter2! y")}), Value::json_object({"k"}, {Value::json_text("hunter2!")})});
  const Value clean = scrubber.scrub(value);
  CHECK(clean.field("a")->items()[0].text() == "x ••• y");
  CHECK(clean.field("b")->field("k")->text() == "•••");
}

TEST_CASE("secrets are read from where they are, or it is said why not") {
  char folder[] = "/tmp/rbc-secrets-XXXXXX";
  REQUIRE(::mkdtemp(folder));
  const std::string path = std::string(folder) + "/key";
  std::ofstream(path) << "from-a-file\n";
  Program program;
  program.secrets = {{"a", Secret::From::env, "RBC_TEST_SECRET"}, {"b", Secret::From::file, "key"}, {"c", Secret::From::command, "printf '%s\\n' \"from a\"-command"},
                     {"d", Secret::From::env, "RBC_TEST_NO_SECRET"}, {"e", Secret::From::env, "RBC_TEST_SHORT"}, {"f", Secret::From::command, "false"}};
  ::setenv("RBC_TEST_SECRET", "from-the-environment", 1);
  ::setenv("RBC_TEST_SHORT", "12345", 1);
  ::unsetenv("RBC_TEST_NO_SECRET");
  ::chmod(path.c_str(), 0600);
  const SecretsRead read = read_secrets(program, folder, std::vector<bool>(program.secrets.size(), true));
  REQUIRE(read.values.size() == 6);
  CHECK(read.values[0] == "from-the-environment");
  CHECK(read.values[1] == "from-a-file");
  CHECK(read.values[2] == "from a-command");
  CHECK(read.problems.size() == 3);
  ::chmod(path.c_str(), 0644);
  const SecretsRead open = read_secrets(program, folder, std::vector<bool>(program.secrets.size(), true));
  CHECK(open.values[1].empty());
  CHECK(open.problems[0].find("chmod 600") != std::string::npos);
  ::unlink(path.c_str());
  ::rmdir(folder);
}
