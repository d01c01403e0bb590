// zone and view: type and class, names, what may stand with what, files, references.
#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/check_context.h"
#include "config/names.h"
#include "config/text_hash.h"
#include "config/zone_pattern.h"
#include "dns/types.h"

namespace nomen::config {
namespace {

/// The zones of a view by their names. There may be very many: only hashes are kept, and a name is made anew
/// where two are equal.
class ZoneTable {
 public:
  /// So many more are to come.
  void reserve(size_t zones) {
    size_t slots = std::max(kFirstSlots, slots_.size());
    while (count_ + zones > slots - slots / 4) slots *= 2;
    if (slots != slots_.size()) resize(slots);
  }
  /// Adds a zone; the statement that has the name already, or nullptr.
  const Node* add(dns::NameView name, const Node& statement) {
    reserve(1);
    const uint64_t hash = hash_of_name(name);
    Slot& slot = slot_of(hash, name);
    if (slot.statement != nullptr) return slot.statement;
    slot = {hash, &statement};
    count_++;
    return nullptr;
  }
  const Node* find(dns::NameView name) {
    return count_ != 0 ? slot_of(hash_of_name(name), name).statement : nullptr;
  }

 private:
  static constexpr size_t kFirstSlots = 64;
  struct Slot {
    uint64_t hash = 0;
    const Node* statement = nullptr;
  };

  Slot& slot_of(uint64_t hash, dns::NameView name) {
    size_t at = hash & (slots_.size() - 1);
    while (slots_[at].statement != nullptr &&
           (slots_[at].hash != hash || dns::Name::parse(zone_name(*slots_[at].statement))->view() != name))
      at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void resize(size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.statement == nullptr) continue;
      size_t at = slot.hash & (slots_.size() - 1);
      while (slots_[at].statement != nullptr) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most three quarters of them taken
  size_t count_ = 0;
};

/// The zones of one view by what they are for: the same name may be served, be where hints stand, and be
/// redirected.
struct ViewTables {
  ZoneTable served, hints, redirects;
};

/// A zone statement, and how many with files stood before it.
struct FileUser {
  const Node* zone = nullptr;
  size_t number = 0;
};

/// What is known across views while the zones are checked in order.
struct State {
  std::map<std::string, ViewTables> views;            // "name/class"
  std::unordered_map<std::string, FileUser> written;  // files that a zone writes
  std::vector<FileUser> readers;                      // zones that read theirs
  std::unordered_set<const Node*> inherited;          // statements that were judged with a zone
  size_t files = 0;
};

ZoneType type_of(const Node* type) {
  if (type == nullptr) return ZoneType::kNone;
  const Node& value = *type->value();
  if (value.is_keyword("master")) return ZoneType::kPrimary;
  if (value.is_keyword("slave")) return ZoneType::kSecondary;
  for (int i = 0; i < static_cast<int>(ZoneType::kNone); ++i) {
    if (value.is_keyword(to_string(static_cast<ZoneType>(i)))) return static_cast<ZoneType>(i);
  }
  return ZoneType::kNone;
}

/// Whether another view may have this zone, too, by in-view; not what itself is only elsewhere.
bool can_be_shared(const Node* zone) {
  const Node* type = zone != nullptr ? find(like(*zone).block(), "type") : nullptr;
  return type != nullptr && type_of(type) != ZoneType::kForward;
}

/// `old`: the statement of before with the same name, or nullptr.
void report_duplicate(CheckContext& context, const Node& zone, const Node* old) {
  if (old == nullptr) return;
  context.error(zone, "zone '" + std::string(zone_name(zone)) + "': already exists previous definition: " +
                          context.tree().place_text(old->position));
}

std::string_view file_of(const Node& zone) {
  return zone.pattern != nullptr ? zone.pattern->file_of(zone) : find(zone.block(), "file")->value()->text;
}

/// Two zones have one file, and one of them writes it.
void report_shared(CheckContext& context, const Node& zone, const Node& old) {
  context.error(*find(zone.block(), "file"),
                "writeable file '" + std::string(file_of(zone)) +
                    "': already in use: " + context.tree().place_text(old.position));
}

class ZoneCheck {
 public:
  ZoneCheck(CheckContext& context, State& state, const Node& zone, Nodes view_block, dns::RRClass view_class,
            ViewTables& tables)
      : context_(context),
        state_(state),
        zone_(zone),
        block_(zone.block()),
        view_block_(view_block),
        view_class_(view_class),
        tables_(tables),
        name_(zone.value()->text) {}

  void run();
  /// Whether there is nothing to find in zones that say the same under another name and with another file.
  bool is_pattern() const { return type_ == ZoneType::kPrimary && is_plain_ && !may_write_; }

 private:
  bool check_class();
  bool check_in_view(const Node& in_view);
  void check_duplicate();
  void check_allowed();
  void check_file();
  bool writes_file() const;
  void check_primaries();
  void check_access();
  void check_references();
  void check_notify();
  void check_automatic_signing();
  void check_policy();
  void check_policy_is_known();
  void check_policy_clashes(const Node& policy);
  void check_signing_type();
  void check_static_stub();
  void check_update();
  const Node* effective(std::string_view option) const;
  bool is_inline() const;
  bool has_policy() const;
  bool is_inherited(const Node& statement) const;
  bool allows_update() const;
  bool recursion_is_off() const;
  std::string start() const { return "zone '" + name_ + "': "; }

  CheckContext& context_;
  State& state_;
  const Node& zone_;
  Nodes block_;
  Nodes view_block_;
  dns::RRClass view_class_;
  ViewTables& tables_;
  std::string name_;
  dns::Name parsed_;
  ZoneType type_ = ZoneType::kNone;
  bool is_plain_ = true;   ///< no database of another kind has it
  bool may_write_ = true;  ///< its file
};

const Node* ZoneCheck::effective(std::string_view option) const {
  for (Nodes block : {block_, view_block_, context_.options_block()}) {
    if (const Node* found = find(block, option)) return found;
  }
  return nullptr;
}

bool ZoneCheck::is_inline() const {
  const Node* signing = find(block_, "inline-signing");
  return signing != nullptr && signing->value()->number != 0;
}

bool ZoneCheck::has_policy() const {
  const Node* policy = effective("dnssec-policy");
  return policy != nullptr && policy->value()->text != "none";
}

// allow-update stands somewhere and is not { none; }.
bool ZoneCheck::allows_update() const {
  const Node* update = effective("allow-update");
  if (update == nullptr) return false;
  const Node* first = update->list().first();
  const bool is_none = first != nullptr && first->next == nullptr && first->negations == 0 &&
                       first->value() != nullptr && same_word(first->value()->text, "none");
  return !is_none;
}

bool ZoneCheck::check_class() {
  const Node* text = zone_.value()->next;
  if (text == nullptr || text->kind != Node::Kind::kValue) return true;
  const auto rr_class = dns::parse_class(text->text);
  if (!rr_class) {
    context_.error(zone_, start() + "invalid class " + std::string(text->text));
    return false;
  }
  if (*rr_class != view_class_) {
    context_.error(zone_,
                   start() + "class '" + std::string(text->text) + "' does not match view/default class");
    return false;
  }
  return true;
}

bool ZoneCheck::check_in_view(const Node& in_view) {
  const std::string target(in_view.value()->text);
  const auto view = state_.views.find(target + "/" + dns::to_string(view_class_));
  const bool is_there =
      view != state_.views.end() && (can_be_shared(view->second.served.find(parsed_.view())) ||
                                     can_be_shared(view->second.hints.find(parsed_.view())));
  if (!is_there) {
    context_.error(zone_, "'in-view' zone '" + name_ + "' does not exist in view '" + target +
                              "', or view '" + target + "' is not yet defined");
    return false;
  }
  for (const Node& inner : block_) {
    if (inner.name() != "in-view" && inner.name() != "forward" && inner.name() != "forwarders") {
      context_.error(zone_, start() + "'in-view' used with incompatible zone options");
      return false;
    }
  }
  return true;
}

void ZoneCheck::check_duplicate() {
  ZoneTable& table = type_ == ZoneType::kHint       ? tables_.hints
                     : type_ == ZoneType::kRedirect ? tables_.redirects
                                                    : tables_.served;
  report_duplicate(context_, zone_, table.add(parsed_.view(), zone_));
}

void ZoneCheck::check_allowed() {
  for (const Node& inner : block_) {
    if ((inner.grammar_row().zones & bit(type_)) != 0) continue;
    context_.error(inner, "option '" + std::string(inner.name()) + "' is not allowed in '" +
                              std::string(to_string(type_)) + "' zone '" + name_ + "'");
  }
}

void ZoneCheck::check_file() {
  const Node* file = find(block_, "file");
  const Node* database = find(block_, "database");
  const bool has_dlz = find(block_, "dlz") != nullptr;
  if (has_dlz && database != nullptr) {
    context_.error(zone_, start() + "cannot specify both 'dlz' and 'database'");
  }
  is_plain_ = !has_dlz &&
              (database == nullptr || database->value()->text == "rbt" || database->value()->text == "rbt64");
  if (!is_plain_) return;
  const bool needs_file = type_ == ZoneType::kPrimary || type_ == ZoneType::kHint ||
                          (type_ == ZoneType::kSecondary && is_inline());
  if (file == nullptr) {
    if (needs_file) context_.error(zone_, start() + "missing 'file' entry");
    return;
  }
  may_write_ = writes_file();
  const FileUser user{&zone_, state_.files++};
  if (!may_write_) {
    if (type_ == ZoneType::kPrimary || type_ == ZoneType::kHint) state_.readers.push_back(user);
    return;
  }
  const auto [old, is_new] = state_.written.emplace(std::string(file->value()->text), user);
  if (!is_new) report_shared(context_, zone_, *old->second.zone);
}

bool ZoneCheck::writes_file() const {
  if (type_ == ZoneType::kSecondary || type_ == ZoneType::kMirror || has_policy()) return true;
  return type_ == ZoneType::kPrimary && (find(block_, "update-policy") != nullptr || allows_update());
}

void ZoneCheck::check_primaries() {
  const Node* primaries = find(block_, "primaries");
  const Node* masters = find(block_, "masters");
  if (primaries != nullptr && masters != nullptr) {
    context_.error(zone_, "'primaries' and 'masters' cannot both be used in the same zone");
    return;
  }
  if (type_ == ZoneType::kMirror && recursion_is_off()) {
    context_.error(zone_, start() + "mirror zones cannot be used if recursion is disabled");
  }
  const Node* used = primaries != nullptr ? primaries : masters;
  const bool is_root_mirror = type_ == ZoneType::kMirror && parsed_.view().is_root();
  const bool needed = type_ == ZoneType::kSecondary || type_ == ZoneType::kStub ||
                      (type_ == ZoneType::kMirror && !is_root_mirror);
  if (used == nullptr) {
    if (needed) context_.error(zone_, start() + "missing 'primaries' entry");
    return;
  }
  if (context_.names().remote_servers(*used).empty())
    context_.error(zone_, start() + "empty 'primaries' entry");
}

/// By the class, by the option, or as nobody is allowed to ask for it.
bool ZoneCheck::recursion_is_off() const {
  if (view_class_ != dns::RRClass::kIn) return true;
  const Node* recursion = effective("recursion");
  if (recursion != nullptr && recursion->value()->number == 0) return true;
  const Node* allowed = effective("allow-recursion");
  const Node* first = allowed != nullptr ? allowed->list().first() : nullptr;
  if (first == nullptr || first->value() == nullptr) return false;
  return same_word(first->value()->text, first->negations != 0 ? "any" : "none");
}

bool ZoneCheck::is_inherited(const Node& statement) const {
  return find(block_, statement.name()) != &statement;
}

/// Lists of the options and views are looked at with the first zone that inherits them.
void ZoneCheck::check_access() {
  for (const std::string_view name :
       {"allow-notify", "allow-transfer", "allow-update", "allow-update-forwarding"}) {
    const Node* list = effective(name);
    if (list == nullptr || (is_inherited(*list) && !state_.inherited.insert(list).second)) continue;
    context_.names().match_list_of(*list);
    if (name == "allow-transfer") check_transport(context_, *list);
  }
}

void ZoneCheck::check_references() {
  for (const Node& inner : block_) {
    const std::string_view name = inner.name();
    if (name == "primaries" || name == "masters" || name == "parental-agents") {
      check_remote_servers(context_, inner);
    }
    if (name == "parental-agents" && context_.names().remote_servers(inner).empty()) {
      context_.error(inner, start() + "empty 'parental-agents' entry");
    }
  }
}

void ZoneCheck::check_notify() {
  if (const Node* dialup = find(block_, "dialup"); dialup != nullptr && type_ == ZoneType::kPrimary) {
    const Node& value = *dialup->value();
    if (value.type == ValueType::kKeyword && !value.is_keyword("notify")) {
      context_.error(*dialup, "dialup type '" + std::string(value.text) +
                                  "' is not allowed in 'primary' zone '" + name_ + "'");
    }
  }
  const Node* notify = find(block_, "notify");
  if (type_ == ZoneType::kMirror && notify != nullptr) {
    const Node& value = *notify->value();
    if (!value.is_keyword("explicit") && !(value.type == ValueType::kBoolean && value.number == 0)) {
      context_.error(*notify,
                     start() + "mirror zones can only be used with 'notify no;' or 'notify explicit;'");
    }
  }
  const Node* in_force = effective("notify");
  const bool is_off =
      in_force != nullptr && in_force->value()->type == ValueType::kBoolean && in_force->value()->number == 0;
  if (const Node* also = find(block_, "also-notify"); also != nullptr && is_off) {
    context_.warn(*also, start() + "'also-notify' set but 'notify' is disabled");
  }
  const bool notifies =
      type_ == ZoneType::kPrimary || type_ == ZoneType::kSecondary || type_ == ZoneType::kMirror;
  const Node* also = effective("also-notify");
  if (!notifies || is_off || also == nullptr) return;
  if (!is_inherited(*also) || state_.inherited.insert(also).second) check_remote_servers(context_, *also);
}

/// Of zones that are never signed, too.
void ZoneCheck::check_policy_is_known() {
  const Node* policy = effective("dnssec-policy");
  if (policy == nullptr) return;
  const std::string text(policy->value()->text);
  if (text == "none" || text == "default" || text == "insecure" || context_.policy(text) != nullptr) return;
  context_.error(zone_, start() + "option 'dnssec-policy " + text + "' has no matching dnssec-policy config");
}

/// What signs without a policy.
void ZoneCheck::check_automatic_signing() {
  const bool is_primary = type_ == ZoneType::kPrimary;
  if (!is_primary && type_ != ZoneType::kSecondary) return;
  const bool can_sign =
      is_inline() || (is_primary && (find(block_, "update-policy") != nullptr || allows_update()));
  const Node* automatic = find(block_, "auto-dnssec");
  if (automatic != nullptr && !automatic->value()->is_keyword("off") && !can_sign) {
    context_.error(*automatic, "'auto-dnssec " + std::string(automatic->value()->text) + ";' requires " +
                                   (is_primary ? "dynamic DNS or " : "") +
                                   "inline-signing to be configured for the zone");
  }
  if (can_sign || is_primary) return;
  for (const std::string_view setting :
       {"dnssec-dnskey-kskonly", "dnssec-loadkeys-interval", "update-check-ksk"}) {
    if (const Node* found = find(block_, setting))
      context_.error(*found, std::string(setting) + ": requires inline-signing when used in secondary zone");
  }
}

void ZoneCheck::check_policy() {
  if (type_ != ZoneType::kPrimary && type_ != ZoneType::kSecondary) return;
  const Node* policy = effective("dnssec-policy");
  if (policy == nullptr) return;
  check_policy_clashes(*policy);
  if (!has_policy()) return;
  const bool updates = find(block_, "update-policy") != nullptr || allows_update();
  if (is_inline() || (type_ == ZoneType::kPrimary && updates)) return;
  context_.error(
      zone_,
      "'inline-signing yes;' must also be configured explicitly for zones using dnssec-policy" +
          std::string(type_ == ZoneType::kPrimary ? " without a configured 'allow-update' or 'update-policy'"
                                                  : "") +
          ". See https://kb.isc.org/docs/dnssec-policy-requires-dynamic-dns-or-inline-signing");
}

/// Of the settings of the zone itself; how long signatures are valid clashes with a policy, `none` included,
/// that is written beside it.
void ZoneCheck::check_policy_clashes(const Node& policy) {
  const auto refuse = [&](std::string_view setting) {
    const Node* found = find(block_, setting);
    if (found != nullptr && !found->value()->is_keyword("off"))
      context_.error(*found, std::string(setting) + ": cannot be configured if dnssec-policy is also set");
  };
  if (find(block_, "dnssec-policy") == &policy) {
    refuse("dnskey-sig-validity");
    refuse("sig-validity-interval");
  }
  if (policy.value()->text == "none") return;
  for (const std::string_view setting : {"auto-dnssec", "dnssec-dnskey-kskonly", "dnssec-secure-to-insecure",
                                         "dnssec-update-mode", "update-check-ksk"})
    refuse(setting);
}

// A private type; options and views may say any number, as BIND looks at it in zones only.
void ZoneCheck::check_signing_type() {
  const Node* type = find(block_, "sig-signing-type");
  if (type == nullptr || (type->value()->number >= 65280 && type->value()->number <= 65535)) return;
  context_.error(
      *type, "sig-signing-type: " + std::to_string(type->value()->number) + " out of range [65280..65535]");
}

void ZoneCheck::check_static_stub() {
  if (type_ != ZoneType::kStaticStub) return;
  if (const Node* addresses = find(block_, "server-addresses")) {
    for (const Node& element : addresses->list()) {
      if (element.value()->text.find('%') != std::string_view::npos) {
        context_.error(element, "scoped address is not allowed for static stub server-addresses");
      }
    }
  }
  const Node* names = find(block_, "server-names");
  if (names == nullptr) return;
  const std::string zone = canonical_name(name_);
  for (const Node& element : names->list()) {
    const std::string server = canonical_name(element.value()->text);
    if (server.empty()) {
      context_.error(element, "server-name '" + std::string(element.value()->text) + "' is not a valid name");
    } else if (server == zone || server.ends_with("." + zone) || zone == ".") {
      context_.error(element, "server-name '" + std::string(element.value()->text) +
                                  "' must not be a subdomain of zone name '" + name_ + "'");
    }
  }
}

// How many records of a type a client may keep at a name: a number of 16 bits in parentheses, or nothing in
// them.
bool is_count(std::string_view text) {
  if (text.size() < 2 || text.back() != ')') return false;
  const std::string_view digits = text.substr(1, text.size() - 2);
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return digits.empty() || (error == std::errc() && end == digits.data() + digits.size());
}

// update-policy: grant|deny IDENTITY KIND [ NAME ] TYPES
void ZoneCheck::check_update() {
  const Node* policy = find(block_, "update-policy");
  if (policy == nullptr) return;
  if (find(block_, "allow-update") != nullptr) {
    context_.error(*policy, start() + "'allow-update' is ignored when 'update-policy' is present");
  }
  for (const Node& element : policy->list()) {
    const Node* identity = element.value()->next;
    const Node* kind = identity != nullptr ? identity->next : nullptr;
    if (kind == nullptr) continue;
    if (canonical_name(identity->text).empty()) {
      context_.error(element, "'" + std::string(identity->text) + "' is not a valid name");
    }
    const Node* at = kind->next;
    if (!kind->is_keyword("zonesub") && at != nullptr) {
      if (canonical_name(at->text).empty()) {
        context_.error(element, "'" + std::string(at->text) + "' is not a valid name");
      } else if ((kind->is_keyword("self") || kind->is_keyword("selfsub") || kind->is_keyword("selfwild")) &&
                 at->text != "." && canonical_name(at->text) != canonical_name(identity->text)) {
        context_.error(element, "identity and name fields are not the same");
      } else if (kind->is_keyword("wildcard") && !at->text.starts_with("*.") && at->text != "*") {
        context_.error(element, "'" + std::string(at->text) + "' is not a wildcard");
      }
      at = at->next;
    }
    for (; at != nullptr; at = at->next) {
      const size_t parenthesis = std::min(at->text.find('('), at->text.size());
      const std::string_view type = at->text.substr(0, parenthesis);
      const std::string_view count = at->text.substr(parenthesis);
      if (!dns::parse_type(type)) {
        context_.error(element, "'" + std::string(type) + "' is not a valid type");
      } else if (!count.empty() && !is_count(count)) {
        context_.error(element, "'" + std::string(count) + "' is not a valid count");
      }
    }
  }
}

void ZoneCheck::run() {
  const auto parsed = dns::Name::parse(name_);
  if (!parsed) return;  // the model says so
  parsed_ = *parsed;
  const Node* type = find(block_, "type");
  const Node* in_view = find(block_, "in-view");
  if (!check_class()) return;
  if (in_view != nullptr) {
    if (check_in_view(*in_view)) {
      type_ = ZoneType::kInView;
      check_duplicate();
    }
    return;
  }
  if (type == nullptr) {
    context_.error(zone_, start() + "type not present");
    return;
  }
  type_ = type_of(type);
  if (type_ == ZoneType::kDelegationOnly) context_.deprecated(zone_, "'type delegation-only' is deprecated");
  if (type_ == ZoneType::kRedirect && !parsed_.view().is_root())
    context_.error(zone_, "redirect zones must be called \".\"");
  check_duplicate();
  check_allowed();
  check_file();
  check_primaries();
  check_access();
  check_references();
  check_notify();
  check_policy_is_known();
  check_automatic_signing();
  check_policy();
  check_signing_type();
  check_static_stub();
  check_update();
  check_settings(context_, block_, Place::kZone);
}

class ViewsCheck {
 public:
  explicit ViewsCheck(CheckContext& context) : context_(context) {}

  void run() {
    bool has_views = false;
    for (const Node& statement : context_.tree().definitions())
      has_views = has_views || statement.name() == "view";
    if (has_views) {
      views();
    } else {
      zones(context_.tree().statements(), Nodes(nullptr), "_default", dns::RRClass::kIn);
    }
    check_readers();
  }

 private:
  void zones(Nodes block, Nodes view_block, const std::string& view, dns::RRClass rr_class) {
    ViewTables& tables = state_.views[view + "/" + dns::to_string(rr_class)];
    std::unordered_set<const Node*> patterns;  // of this view: what they mean may be other in another one
    const Node* silent = nullptr;              // the one of them that was met last
    tables.served.reserve(block.size());
    for (const Node& statement : block) {
      if (statement.name() != "zone") continue;
      if (&like(statement) == silent || patterns.contains(&like(statement))) {
        // It says what one before it says, of which nothing was found: only the name is left to look at.
        silent = &like(statement);
        if (const auto name = dns::Name::parse(zone_name(statement)))
          report_duplicate(context_, statement, tables.served.add(name->view(), statement));
        state_.readers.push_back({&statement, state_.files++});
        continue;
      }
      ZoneCheck check(context_, state_, statement, view_block, rr_class, tables);
      const size_t found = context_.found();
      check.run();
      if (context_.found() == found && check.is_pattern()) patterns.insert(&statement);
    }
  }

  /// Of those that read their files: nobody else may write them.
  void check_readers() {
    if (state_.written.empty()) return;
    for (const FileUser& reader : state_.readers) {
      const auto writer = state_.written.find(std::string(file_of(*reader.zone)));
      if (writer == state_.written.end()) continue;
      const bool reader_is_later = reader.number > writer->second.number;
      report_shared(context_, reader_is_later ? *reader.zone : *writer->second.zone,
                    reader_is_later ? *writer->second.zone : *reader.zone);
    }
  }

  void views() {
    bool told = false;
    std::map<std::string, const Node*> seen;
    for (const Node& statement : context_.tree().statements()) {
      if (statement.name() == "zone" && !told) {
        context_.error(statement, "when using 'view' statements, all zones must be in views");
        told = true;
      }
      if (statement.name() == "plugin") {
        context_.error(statement, "when using 'view' statements, all plugins must be defined in views");
      }
      if (statement.name() == "view") view(statement, seen);
    }
  }

  void view(const Node& statement, std::map<std::string, const Node*>& seen) {
    const std::string name(statement.value()->text);
    auto rr_class = dns::RRClass::kIn;
    const Node* text = statement.value()->next;
    if (text != nullptr && text->kind == Node::Kind::kValue) {
      const auto parsed = dns::parse_class(text->text);
      if (!parsed) {
        context_.error(statement, "view '" + name + "': invalid class " + std::string(text->text));
        return;
      }
      rr_class = *parsed;
    }
    if (same_word(name, "_bind") ? rr_class == dns::RRClass::kCh
                                 : same_word(name, "_default") && rr_class == dns::RRClass::kIn)
      context_.error(statement, "attempt to redefine builtin view '" + name + "'");
    const auto [old, is_new] = seen.emplace(name + "/" + dns::to_string(rr_class), &statement);
    if (!is_new) {
      context_.error(statement, "view '" + name + "': already exists previous definition: " +
                                    context_.tree().place_text(old->second->position));
    }
    const Definitions own(statement.block());
    const Nodes settings = own.nodes();
    check_keys(context_, settings);
    check_settings(context_, settings, Place::kView);
    check_view_features(context_, settings, statement.block());
    check_catalog_groups(context_, settings);
    check_trust_anchors(context_, settings);
    check_servers(context_, settings, settings);
    zones(statement.block(), settings, name, rr_class);
  }

  CheckContext& context_;
  State state_;
};

}  // namespace

void check_zones_and_views(CheckContext& context) {
  ViewsCheck(context).run();
}

}  // namespace nomen::config
