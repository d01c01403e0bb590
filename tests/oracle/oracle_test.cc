// zone::lookup() against the slow one, for all tiny zones over a few labels and for many sampled larger ones;
// each zone made in two ways: from records in a shuffled order, and by a Change from the zone before it.
#include <gtest/gtest.h>

#include <random>

#include "dns/rdata.h"
#include "slow_lookup.h"
#include "zone/content_writer.h"
#include "zone/lookup.h"

namespace nomen::oracle {
namespace {

using dns::RRType;
using Contents = std::set<Type>;

/// What may stand at a name below the apex.
const std::vector<Contents> kChoices = {{},
                                        {Type::kA},
                                        {Type::kCname},
                                        {Type::kNs},
                                        {Type::kDname},
                                        {Type::kTxt},
                                        {Type::kA, Type::kTxt},
                                        {Type::kNs, Type::kDs},
                                        {Type::kA, Type::kDname}};
constexpr size_t kSimpleChoices = 5;

RRType rr_type(Type type) {
  switch (type) {
    case Type::kA:
      return RRType::kA;
    case Type::kTxt:
      return RRType::kTxt;
    case Type::kCname:
      return RRType::kCname;
    case Type::kNs:
      return RRType::kNs;
    case Type::kDname:
      return RRType::kDname;
    case Type::kDs:
      return RRType::kDs;
    case Type::kAny:
      return RRType::kAny;
  }
  return RRType::kAny;
}

std::vector<uint8_t> rdata_of(Type type) {
  static const std::vector<uint8_t> kTarget = {1, 't', 0};
  switch (type) {
    case Type::kA:
      return {192, 0, 2, 1};
    case Type::kTxt:
      return {1, 'x'};
    case Type::kDs:
      return {0, 1, 8, 2, 1, 2, 3, 4};
    default:
      return kTarget;
  }
}

const std::string& apex_wire() {
  static const std::string kApex = std::string("\1z") + '\0';
  return kApex;
}

std::string wire_of(const Labels& labels) {
  std::string wire;
  for (size_t i = labels.size(); i-- > 0;) {
    wire += static_cast<char>(labels[i].size());
    wire += labels[i];
  }
  return wire + apex_wire();
}

dns::NameView view(const std::string& wire) {
  return {reinterpret_cast<const uint8_t*>(wire.data()), wire.size()};
}

/// All names over `labels` with 1 to `depth` of them.
std::vector<Labels> names_over(const std::vector<std::string>& labels, size_t depth) {
  std::vector<Labels> all;
  std::vector<Labels> level = {{}};
  for (size_t d = 0; d < depth; d++) {
    std::vector<Labels> next;
    for (const Labels& name : level) {
      for (const std::string& label : labels) {
        next.push_back(name);
        next.back().push_back(label);
      }
    }
    all.insert(all.end(), next.begin(), next.end());
    level = std::move(next);
  }
  return all;
}

struct Record {
  std::string owner;
  Type type;
};

std::vector<Record> records_of(const Zone& zone) {
  std::vector<Record> records;
  for (const auto& [name, types] : zone) {
    for (const Type type : types) records.push_back({wire_of(name), type});
  }
  return records;
}

zone::ContentPtr built(const Zone& zone, std::mt19937& random) {
  std::vector<Record> records = records_of(zone);
  std::shuffle(records.begin(), records.end(), random);
  dns::RecordBatch batch;
  const std::string file = "zone";
  batch.file = &file;
  for (const Record& record : records) {
    const std::vector<uint8_t> rdata = rdata_of(record.type);
    dns::BatchRecord entry{};
    entry.owner_at = static_cast<uint32_t>(batch.bytes.size());
    entry.owner_size = static_cast<uint8_t>(record.owner.size());
    batch.bytes.insert(batch.bytes.end(), record.owner.begin(), record.owner.end());
    entry.rdata_at = static_cast<uint32_t>(batch.bytes.size());
    entry.rdata_size = static_cast<uint16_t>(rdata.size());
    batch.bytes.insert(batch.bytes.end(), rdata.begin(), rdata.end());
    entry.ttl_s = 60;
    entry.type = dns::number(rr_type(record.type));
    entry.rr_class = 1;
    batch.records.push_back(entry);
  }
  batch.bytes.resize(batch.bytes.size() + 64);
  zone::ContentWriter writer(view(apex_wire()), dns::RRClass::kIn, 0, {});
  Diagnostics diagnostics;
  writer.add(batch, diagnostics);
  return writer.finish(diagnostics);
}

void add_all(zone::RecordList& list, const Zone& zone, const Zone& unless_in) {
  for (const auto& [name, types] : zone) {
    const auto other = unless_in.find(name);
    for (const Type type : types) {
      if (other != unless_in.end() && other->second.count(type) > 0) continue;
      list.add(view(wire_of(name)), rr_type(type), 60, rdata_of(type));
    }
  }
}

zone::ContentPtr changed(const zone::Content& base, const Zone& before, const Zone& now) {
  zone::Change change;
  add_all(change.removed, before, now);
  add_all(change.added, now, before);
  zone::ContentWriter writer(base, {});
  const auto applied = writer.apply(change);
  EXPECT_TRUE(applied) << applied.error().text;
  Diagnostics diagnostics;
  return writer.finish(diagnostics);
}

struct Question {
  Labels name;
  std::string text;
  dns::HashedName hashed;
};

std::vector<Question> questions_over(const std::vector<std::string>& labels, size_t depth) {
  std::vector<Question> questions;
  std::vector<Labels> names = names_over(labels, depth);
  names.push_back({});
  for (Labels& name : names) {
    Question question;
    question.name = std::move(name);
    const std::string wire = wire_of(question.name);
    question.hashed.assign(view(wire));
    question.text = dns::to_string(view(wire));
    questions.push_back(std::move(question));
  }
  return questions;
}

Verdict::Kind kind_of(zone::Lookup::Kind kind) {
  return static_cast<Verdict::Kind>(kind);
}
static_assert(static_cast<int>(Verdict::Kind::kReferral) == static_cast<int>(zone::Lookup::Kind::kReferral));
static_assert(static_cast<int>(Verdict::Kind::kDname) == static_cast<int>(zone::Lookup::Kind::kDname));

std::string show(const Zone& zone) {
  std::string text;
  for (const auto& [name, types] : zone) {
    text += dns::to_string(view(wire_of(name)));
    for (const Type type : types) text += " " + dns::to_string(rr_type(type));
    text += "; ";
  }
  return text;
}

/// Empty when both say the same.
std::string difference(const zone::Content& content, const Zone& zone, const Question& question, Type type) {
  const Verdict wanted = slow_lookup(zone, question.name, type);
  const zone::Lookup found = zone::lookup(content, question.hashed, rr_type(type));
  std::string wrong;
  if (kind_of(found.kind) != wanted.kind)
    wrong += " kind " + std::to_string(static_cast<int>(found.kind)) + " not " +
             std::to_string(static_cast<int>(wanted.kind));
  if (found.is_wildcard != wanted.is_wildcard && wanted.kind != Verdict::Kind::kNxDomain)
    wrong += " wildcard";
  if (found.labels != wanted.at.size() + 1) wrong += " labels " + std::to_string(found.labels);
  const Labels owner = [&] {
    Labels name = wanted.at;
    if (wanted.is_wildcard) name.push_back("*");
    return name;
  }();
  if (wanted.kind != Verdict::Kind::kNxDomain &&
      !(dns::NameView(found.node.owner(content.apex())) == view(wire_of(owner))))
    wrong += " node";
  const bool has_set = wanted.kind == Verdict::Kind::kReferral || wanted.kind == Verdict::Kind::kCname ||
                       wanted.kind == Verdict::Kind::kDname ||
                       (wanted.kind == Verdict::Kind::kData && type != Type::kAny);
  if (has_set != static_cast<bool>(found.rrset)) wrong += " rrset";
  if (wanted.kind == Verdict::Kind::kCname && found.rrset && found.rrset.type() != RRType::kCname)
    wrong += " not a CNAME";
  if (wanted.kind == Verdict::Kind::kReferral && found.rrset && found.rrset.type() != RRType::kNs)
    wrong += " not NS";
  if (wrong.empty()) return wrong;
  return question.text + " " + dns::to_string(rr_type(type)) + ":" + wrong + "; in " + show(zone);
}

constexpr Type kAsked[] = {Type::kA, Type::kCname, Type::kNs, Type::kDname, Type::kDs, Type::kAny};

void put(Zone& zone, const Labels& name, const Contents& contents) {
  if (contents.empty()) {
    zone.erase(name);
  } else {
    zone[name] = contents;
  }
}

TEST(Oracle, EveryZoneOverTwoLabelsAndTwoLevelsIsSearchedAsTheRfcsSay) {
  const std::vector<Labels> names = names_over({"a", "*"}, 2);
  const std::vector<Question> questions = questions_over({"a", "*", "x"}, 3);
  std::mt19937 random(1);
  size_t count = 1;
  for (size_t i = 0; i < names.size(); i++) count *= kSimpleChoices;
  Zone before;
  zone::ContentPtr stepped = built(before, random);
  for (size_t number = 0; number < count; number++) {
    Zone zone;
    size_t digits = number;
    for (const Labels& name : names) {
      put(zone, name, kChoices[digits % kSimpleChoices]);
      digits /= kSimpleChoices;
    }
    stepped = changed(*stepped, before, zone);
    before = zone;
    const zone::ContentPtr fresh = built(zone, random);
    ASSERT_EQ(fresh->node_count(), stepped->node_count()) << show(zone);
    // Each question with another type from zone to zone: all types come with the many zones that are alike.
    for (size_t q = 0; q < questions.size(); q++) {
      const Type type = kAsked[(q + number) % std::size(kAsked)];
      ASSERT_EQ(difference(*fresh, zone, questions[q], type), "");
      ASSERT_EQ(difference(*stepped, zone, questions[q], kAsked[(q + number + 3) % std::size(kAsked)]), "");
    }
  }
}

TEST(Oracle, SampledZonesOverThreeLabelsAndThreeLevelsAreSearchedAsTheRfcsSay) {
  const std::vector<Labels> names = names_over({"a", "b", "*"}, 3);
  const std::vector<Question> questions = questions_over({"a", "b", "*", "x"}, 4);
  std::mt19937 random(2);
  const auto below = [&](size_t bound) { return random() % bound; };
  Zone before;
  zone::ContentPtr stepped = built(before, random);
  for (size_t round = 0; round < 30000; round++) {
    Zone zone = before;
    if (round % 50 == 0) zone.clear();
    if (below(4) == 0) put(zone, {}, below(2) == 0 ? Contents{Type::kDname} : Contents{Type::kNs, Type::kA});
    const size_t edits = 1 + below(round % 50 == 0 ? 16 : 4);
    for (size_t i = 0; i < edits; i++)
      put(zone, names[below(names.size())], kChoices[below(3) == 0 ? 0 : below(kChoices.size())]);
    stepped = changed(*stepped, before, zone);
    before = zone;
    const zone::ContentPtr fresh = built(zone, random);
    ASSERT_EQ(fresh->node_count(), stepped->node_count()) << show(zone);
    ASSERT_EQ(fresh->record_count(), stepped->record_count());
    for (size_t i = 0; i < 100; i++) {
      const Question& question = questions[below(questions.size())];
      const Type type = kAsked[below(std::size(kAsked))];
      ASSERT_EQ(difference(*fresh, zone, question, type), "") << "made from records";
      ASSERT_EQ(difference(*stepped, zone, question, type), "") << "made by changes";
    }
  }
}

}  // namespace
}  // namespace nomen::oracle
