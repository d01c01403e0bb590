#include "tools/zone_convergence.h"

#include <algorithm>

#include "store/history.h"
#include "zone/content_digest.h"
#include "zone/difference.h"

namespace nomen::tools {

namespace {

using Digest = std::array<uint8_t, dns::kZoneDigestBytes>;

/// What is known of the newest version as one server has it.
struct KnownData {
  std::optional<Digest> digest;
  zone::ContentPtr content;
};

KnownData data_of(const zone::ContentPtr& content) {
  return {zone::digest_of(*content).value, content};
}

std::vector<dns::Name> names_of(const zone::Content& content) {
  std::vector<dns::Name> names;
  content.for_each_node([&](zone::NodeView node, zone::Ref) { names.push_back(node.owner(content.apex())); });
  return names;
}

/// As a patch, from one content to the other; what only the hashed names of NSEC3 tell is left out.
std::string patch_between(const zone::Content& from, const zone::Content& to) {
  std::vector<dns::Name> names = names_of(from);
  for (const dns::Name& name : names_of(to)) {
    if (!from.find(name)) names.push_back(name);
  }
  const std::vector<dns::NameView> views(names.begin(), names.end());
  const zone::Change change = zone::difference_at(from, to, views);
  const zone::Change one[] = {change};
  return store::to_patch(store::condense(one, from.rr_class()), from.rr_class());
}

bool has_newest(const ServerState& state, const Convergence& convergence) {
  return state.answer.answered() && state.answer.serial == convergence.newest;
}

/// The digest that a server has told of the newest version.
KnownData told_by(const ServerState& state, const Convergence& convergence) {
  const auto& told = state.answer.digest;
  if (!has_newest(state, convergence) || !told || !told->digest || !(told->serial == convergence.newest))
    return {};
  return {told->digest, nullptr};
}

void fetch(const ProbeQuestion& question, const ServerState& state, const Convergence& convergence,
           KnownData& data) {
  const auto content = fetch_zone(question, state.server);
  if (content && (*content)->serial() == convergence.newest) data = data_of(*content);
}

}  // namespace

std::string_view to_string(DataState state) {
  switch (state) {
    case DataState::kSame:
      return "same";
    case DataState::kDifferent:
      return "DIFFERENT";
    case DataState::kUnknown:
      break;
  }
  return "unknown";
}

std::string ServerState::label() const {
  const std::string address = server.can_be_asked() ? server.remote.address.to_string() : "";
  return address.empty() || address == server.name ? server.name : server.name + " " + address;
}

size_t Convergence::count_current() const {
  return static_cast<size_t>(std::count_if(
      servers.begin(), servers.end(), [this](const ServerState& state) { return has_newest(state, *this); }));
}

bool Convergence::has_converged() const {
  return count_current() == servers.size() &&
         std::none_of(servers.begin(), servers.end(),
                      [](const ServerState& state) { return state.data == DataState::kDifferent; });
}

Convergence compare_servers(const ProbeQuestion& question, std::span<const ZoneServer> servers,
                            std::span<const ProbeAnswer> answers, const zone::ContentPtr& own,
                            bool compares) {
  Convergence out;
  if (own != nullptr) out.newest = own->serial();
  for (size_t i = 0; i < servers.size(); i++) {
    out.servers.push_back({servers[i], answers[i], DataState::kUnknown, {}});
    if (!answers[i].answered()) continue;
    const bool is_first = !out.any_answer && own == nullptr;
    if (is_first || answers[i].serial.is_after(out.newest)) out.newest = answers[i].serial;
    out.any_answer = true;
  }
  std::vector<KnownData> known;
  for (const ServerState& state : out.servers) {
    KnownData data = told_by(state, out);
    if (compares && has_newest(state, out) && !data.digest) fetch(question, state, out, data);
    known.push_back(std::move(data));
  }
  // What this machine knows of the version, or whoever is the first to know.
  KnownData reference;
  if (own != nullptr && own->serial() == out.newest) {
    reference = data_of(own);
    out.reference = "the zone's log";
  }
  size_t first = 0;
  while (!reference.digest && first < known.size()) {
    if (known[first].digest) {
      reference = known[first];
      out.reference = out.servers[first].label();
    } else {
      first++;
    }
  }
  if (!reference.digest) return out;
  for (size_t i = 0; i < known.size(); i++) {
    ServerState& state = out.servers[i];
    if (!known[i].digest) continue;
    state.data = *known[i].digest == *reference.digest ? DataState::kSame : DataState::kDifferent;
    if (state.data == DataState::kSame || !compares) continue;
    if (reference.content == nullptr) fetch(question, out.servers[first], out, reference);
    if (known[i].content == nullptr) fetch(question, state, out, known[i]);
    if (reference.content != nullptr && known[i].content != nullptr)
      state.patch = patch_between(*reference.content, *known[i].content);
  }
  return out;
}

}  // namespace nomen::tools
