// options { ... }: what is about the server as a whole.
#include <algorithm>
#include <unordered_map>

#include "config/encodings.h"
#include "config/settings.h"

namespace nomen::config {
namespace {

using ServerSetter = void (*)(ServerOptions&, const Setting&);

template <auto kMember>
void set_server_number(ServerOptions& to, const Setting& setting) {
  to.*kMember = static_cast<std::remove_reference_t<decltype(to.*kMember)>>(setting.number());
}
template <auto kMember>
void set_server_flag(ServerOptions& to, const Setting& setting) {
  to.*kMember = setting.is_on();
}
template <auto kMember>
void set_text(ServerOptions& to, const Setting& setting) {
  to.*kMember = setting.text();
}
template <auto kMember>
void set_identity(ServerOptions& to, const Setting& setting) {
  to.*kMember = setting.identity();
}

ListenOn listen_on(const Setting& setting, bool is_v6) {
  ListenOn out{.is_v6 = is_v6, .position = setting.statement.position};
  if (const Node* port = setting.statement.after("port")) out.port = static_cast<uint16_t>(port->number);
  if (const Node* tls = setting.statement.after("tls")) out.tls = tls_name(tls->text);
  if (const Node* http = setting.statement.after("http")) out.http = http->text;
  out.addresses = setting.match_list();
  return out;
}

void set_pid_file(ServerOptions& to, const Setting& setting) {
  to.pid_file_given = true;
  to.pid_file.reset();
  if (!setting.says("none")) to.pid_file = setting.text();
}

void set_lock_file(ServerOptions& to, const Setting& setting) {
  to.lock_file.reset();
  if (!setting.says("none")) to.lock_file = setting.text();
}

void set_session_keyfile(ServerOptions& to, const Setting& setting) {
  to.session_keyfile.reset();
  if (!setting.says("none")) to.session_keyfile = setting.text();
}

void add_cookie_secret(ServerOptions& to, const Setting& setting) {
  if (auto bytes = from_hex(setting.text())) to.cookie_secrets.push_back(std::move(*bytes));
}

const std::unordered_map<std::string_view, ServerSetter>& server_setters() {
  using O = ServerOptions;
  static const std::unordered_map<std::string_view, ServerSetter> kSetters = {
      {"directory", set_text<&O::directory>},
      {"pid-file", set_pid_file},
      {"lock-file", set_lock_file},
      {"session-keyfile", set_session_keyfile},
      {"port", set_server_number<&O::port>},
      {"tls-port", set_server_number<&O::tls_port>},
      {"listen-on", [](O& to, const Setting& s) { to.listen_on.push_back(listen_on(s, false)); }},
      {"listen-on-v6", [](O& to, const Setting& s) { to.listen_on_v6.push_back(listen_on(s, true)); }},
      {"interface-interval", set_server_number<&O::interface_interval_s>},
      {"automatic-interface-scan", set_server_flag<&O::automatic_interface_scan>},
      {"blackhole", [](O& to, const Setting& s) { to.blackhole = s.match_list(); }},
      {"querylog", set_server_flag<&O::querylog>},
      {"reuseport", set_server_flag<&O::reuseport>},
      {"version", set_identity<&O::version>},
      {"hostname", set_identity<&O::hostname>},
      {"server-id", set_identity<&O::server_id>},
      {"answer-cookie", set_server_flag<&O::answer_cookie>},
      {"cookie-algorithm",
       [](O& to, const Setting& s) {
         to.cookie_algorithm = s.says("aes") ? CookieAlgorithm::kAes : CookieAlgorithm::kSipHash24;
       }},
      {"cookie-secret", add_cookie_secret},
      {"tcp-clients", set_server_number<&O::tcp_clients>},
      {"tcp-listen-queue", set_server_number<&O::tcp_listen_queue>},
      {"tcp-initial-timeout", set_server_number<&O::tcp_initial_timeout_ds>},
      {"tcp-idle-timeout", set_server_number<&O::tcp_idle_timeout_ds>},
      {"tcp-keepalive-timeout", set_server_number<&O::tcp_keepalive_timeout_ds>},
      {"tcp-advertised-timeout", set_server_number<&O::tcp_advertised_timeout_ds>},
      {"tcp-receive-buffer", set_server_number<&O::tcp_receive_buffer>},
      {"tcp-send-buffer", set_server_number<&O::tcp_send_buffer>},
      {"udp-receive-buffer", set_server_number<&O::udp_receive_buffer>},
      {"udp-send-buffer", set_server_number<&O::udp_send_buffer>},
      {"statistics-file", set_text<&O::statistics_file>},
      {"dump-file", set_text<&O::dump_file>},
      {"recursing-file", set_text<&O::recursing_file>},
      {"secroots-file", set_text<&O::secroots_file>},
      {"memstatistics-file", set_text<&O::memstatistics_file>},
      {"recursive-clients", set_server_number<&O::recursive_clients>},
      {"match-mapped-addresses", set_server_flag<&O::match_mapped_addresses>},
      {"flush-zones-on-shutdown", set_server_flag<&O::flush_zones_on_shutdown>},
      {"zone-images", set_server_flag<&O::zone_images>},
      {"notify-rate", set_server_number<&O::notify_rate>},
      {"startup-notify-rate", set_server_number<&O::startup_notify_rate>},
      {"serial-query-rate", set_server_number<&O::serial_query_rate>},
      {"transfers-in", set_server_number<&O::transfers_in>},
      {"transfers-out", set_server_number<&O::transfers_out>},
      {"transfers-per-ns", set_server_number<&O::transfers_per_ns>},
      {"transfer-message-size", set_server_number<&O::transfer_message_size>},
  };
  return kSetters;
}

// BIND keeps the TCP timeouts within these, in tenths of a second.
void clamp_timeouts(ServerOptions& to) {
  to.tcp_initial_timeout_ds = std::clamp(to.tcp_initial_timeout_ds, 25U, 1200U);
  to.tcp_idle_timeout_ds = std::clamp(to.tcp_idle_timeout_ds, 1U, 1200U);
  to.tcp_keepalive_timeout_ds = std::clamp(to.tcp_keepalive_timeout_ds, 1U, 65535U);
  to.tcp_advertised_timeout_ds = std::min(to.tcp_advertised_timeout_ds, 65535U);
}

}  // namespace

void apply_server_options(Nodes block, Names& names, ServerOptions& to) {
  for (const Node& statement : block) {
    const auto setter = server_setters().find(statement.name());
    if (setter != server_setters().end() && statement.value() != nullptr)
      setter->second(to, {statement, names});
  }
  clamp_timeouts(to);
  if (to.listen_on.empty()) to.listen_on.push_back({.is_v6 = false, .addresses = MatchListRef::any()});
  if (to.listen_on_v6.empty()) to.listen_on_v6.push_back({.is_v6 = true, .addresses = MatchListRef::any()});
}

}  // namespace nomen::config
