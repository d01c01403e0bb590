// An ordered list of connections without memory of its own: the links are members of the connection, one pair
// for each list that it may be in. Thread rule: that of the connections.
#pragma once

namespace nomen::net {

class Connection;

struct ConnectionLinks {
  Connection* before = nullptr;
  Connection* after = nullptr;
};

template <ConnectionLinks Connection::* kLinks>
class ConnectionList {
 public:
  Connection* first() const { return first_; }
  Connection* last() const { return last_; }
  Connection* after(const Connection& connection) const { return (connection.*kLinks).after; }

  /// Of a connection that is in no list by these links.
  void append(Connection& connection) {
    connection.*kLinks = {.before = last_, .after = nullptr};
    (last_ != nullptr ? (last_->*kLinks).after : first_) = &connection;
    last_ = &connection;
  }
  /// Of one that is in this list.
  void remove(Connection& connection) {
    const ConnectionLinks links = connection.*kLinks;
    (links.before != nullptr ? (links.before->*kLinks).after : first_) = links.after;
    (links.after != nullptr ? (links.after->*kLinks).before : last_) = links.before;
    connection.*kLinks = {};
  }

 private:
  Connection* first_ = nullptr;
  Connection* last_ = nullptr;
};

}  // namespace nomen::net
