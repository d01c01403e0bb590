#include "store/version_store.h"

namespace nomen::store {

std::string to_string(const Actor& actor) {
  const char* kind = "server";
  switch (actor.kind) {
    case ActorKind::kFile:
      kind = "file";
      break;
    case ActorKind::kUpdate:
      kind = "update";
      break;
    case ActorKind::kTransfer:
      kind = "transfer";
      break;
    case ActorKind::kSigner:
      kind = "signer";
      break;
    case ActorKind::kControl:
      kind = "control";
      break;
    case ActorKind::kServer:
      break;
  }
  return actor.name.empty() ? kind : std::string(kind) + " " + actor.name;
}

Result<ZoneId> VersionStore::zone_id(const ZoneName& name) {
  const auto ids = zone_ids({&name, 1});
  if (!ids) return std::unexpected(ids.error());
  return ids->front();
}

}  // namespace nomen::store
