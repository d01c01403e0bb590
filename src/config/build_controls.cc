// controls { ... }: where rndc may reach the server.
#include "config/settings.h"

namespace nomen::config {
namespace {

ControlChannel build_control_channel(const Node& statement, Names& names) {
  ControlChannel channel;
  channel.position = statement.position;
  channel.is_unix = statement.name() == "unix";
  if (channel.is_unix) {
    channel.path = statement.value()->text;
    channel.permissions = static_cast<uint32_t>(statement.after("perm")->number);
    channel.owner = static_cast<uint32_t>(statement.after("owner")->number);
    channel.group = static_cast<uint32_t>(statement.after("group")->number);
  } else {
    channel.address = parse_ip(statement.value()->text);
    const Node* port = statement.after("port");
    if (port != nullptr && port->type == ValueType::kPort) channel.port = static_cast<uint16_t>(port->number);
    channel.allow = names.match_list(*statement.after("allow"));
  }
  if (const Node* keys = statement.after("keys")) {
    for (const Node& key : keys->children()) channel.keys.emplace_back(key.value()->text);
  }
  if (const Node* read_only = statement.after("read-only")) channel.read_only = read_only->number != 0;
  return channel;
}

}  // namespace

Controls build_controls(const Tree& tree, Names& names) {
  Controls controls;
  for (const Node& statement : tree.definitions()) {
    if (statement.name() != "controls") continue;
    controls.given = true;
    for (const Node& inner : statement.block())
      controls.channels.push_back(build_control_channel(inner, names));
  }
  return controls;
}

}  // namespace nomen::config
