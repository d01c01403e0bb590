// For tests of the control channel: Operations that write down what was asked of them.
// Thread rule: one thread.
#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "control/operations.h"

namespace nomen::control {

class TestOperations : public Operations {
 public:
  std::vector<std::string> calls;
  CommandResult answer = CommandResult::success("ok");

  CommandResult status() override {
    calls.emplace_back("status");
    return CommandResult::success("server is up and running");
  }
  CommandResult reload_all() override { return note("reload"); }
  CommandResult reload_zone(const ZoneSelector& zone) override { return note("reload " + text(zone)); }
  CommandResult add_zone(const ZoneSelector& zone, std::string_view statement) override {
    return note("addzone " + text(zone) + " " + std::string(statement));
  }
  CommandResult modify_zone(const ZoneSelector& zone, std::string_view statement) override {
    return note("modzone " + text(zone) + " " + std::string(statement));
  }
  CommandResult delete_zone(const ZoneSelector& zone, bool clean) override {
    return note((clean ? "delzone -clean " : "delzone ") + text(zone));
  }
  CommandResult reconfig() override { return note("reconfig"); }
  CommandResult stop() override { return note("stop"); }
  CommandResult halt() override { return note("halt"); }
  int process_id() const override { return 4711; }
  CommandResult zone_status(const ZoneSelector& zone) override { return note("zonestatus " + text(zone)); }
  CommandResult query_log(std::optional<bool> on) override {
    return note(std::string("querylog ") + (!on ? "toggle" : *on ? "on" : "off"));
  }
  CommandResult trace(std::optional<int> level) override {
    return note("trace " + (level ? std::to_string(*level) : "+1"));
  }
  CommandResult show_zone(const ZoneSelector& zone) override { return note("showzone " + text(zone)); }
  CommandResult freeze(const std::optional<ZoneSelector>& zone) override {
    return note("freeze" + maybe(zone));
  }
  CommandResult thaw(const std::optional<ZoneSelector>& zone) override { return note("thaw" + maybe(zone)); }
  CommandResult sync(const std::optional<ZoneSelector>& zone, bool clean) override {
    return note((clean ? "sync -clean" : "sync") + maybe(zone));
  }
  CommandResult rollback(const ZoneSelector& zone, dns::Serial serial) override {
    return note("rollback " + text(zone) + " to " + std::to_string(serial.value));
  }
  CommandResult stage(std::string_view key, std::string_view id, uint64_t at,
                      std::string_view base64) override {
    return note(fmt::format("stage by {}: {} at {}: {}", key, id, at, base64));
  }
  CommandResult apply(const ZoneSelector& zone, std::string_view key, std::string_view id,
                      dns::Serial from) override {
    return note(fmt::format("apply by {}: {} from {} to {}", key, id, from.value, text(zone)));
  }
  CommandResult applied(std::string_view key, std::string_view id) override {
    return note(fmt::format("applied by {}: {}", key, id));
  }
  CommandResult refresh(const ZoneSelector& zone) override { return note("refresh " + text(zone)); }
  CommandResult notify(const ZoneSelector& zone) override { return note("notify " + text(zone)); }
  CommandResult retransfer(const ZoneSelector& zone) override { return note("retransfer " + text(zone)); }
  CommandResult scan() override { return note("scan"); }
  CommandResult write_statistics() override { return note("stats"); }

 private:
  CommandResult note(std::string call) {
    calls.push_back(std::move(call));
    return answer;
  }
  static std::string maybe(const std::optional<ZoneSelector>& zone) { return zone ? " " + text(*zone) : ""; }
  static std::string text(const ZoneSelector& zone) {
    std::string out = dns::to_string_no_dot(zone.name);
    if (zone.rr_class) out += " " + dns::to_string(*zone.rr_class);
    if (zone.view) out += " " + *zone.view;
    return out;
  }
};

}  // namespace nomen::control
