#include "update/serial.h"

#include <chrono>

namespace nomen::update {

namespace {

uint32_t date_serial(uint64_t now_s) {
  const auto day = std::chrono::sys_days(std::chrono::days(now_s / 86400));
  const std::chrono::year_month_day date(day);
  const auto year = static_cast<uint32_t>(static_cast<int>(date.year()));
  return ((year * 100 + static_cast<unsigned>(date.month())) * 100 + static_cast<unsigned>(date.day())) * 100;
}

}  // namespace

dns::Serial next_serial(dns::Serial serial, SerialMethod method, uint64_t now_s) {
  dns::Serial wanted = serial;
  if (method == SerialMethod::kUnixtime) wanted.value = static_cast<uint32_t>(now_s);
  if (method == SerialMethod::kDate) wanted.value = date_serial(now_s);
  if (wanted.value != 0 && wanted.is_after(serial)) return wanted;
  const uint32_t next = serial.value + 1;
  return {next == 0 ? 1 : next};
}

}  // namespace nomen::update
