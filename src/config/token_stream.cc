#include "config/token_stream.h"

namespace nomen::config {

void TokenStream::open(std::string name, std::string text) {
  const uint32_t file = tree_->add_file(std::move(name));
  lexers_.emplace_back(tree_->keep_text(std::move(text)), file, tree_->arena());
}

const Token& TokenStream::peek() {
  while (!has_ahead_) {
    ahead_ = lexers_.back().next();
    if (ahead_.kind == TokenKind::kEnd && lexers_.size() > 1) {
      lexers_.pop_back();
    } else {
      has_ahead_ = true;
    }
  }
  return ahead_;
}

Token TokenStream::take() {
  peek();
  // The end stays: whoever asks again sees it again.
  has_ahead_ = ahead_.kind == TokenKind::kEnd || ahead_.kind == TokenKind::kUnterminated;
  return ahead_;
}

}  // namespace nomen::config
