#include "net/stream_question.h"

#include <utility>

namespace nomen::net {

Result<std::unique_ptr<StreamQuestion>> StreamQuestion::ask(EventLoop& loop, StreamQuestionOptions question,
                                                            Done done) {
  std::unique_ptr<StreamQuestion> asked(new StreamQuestion(std::move(done)));
  auto stream = StreamClient::open(loop, question.server, question.source, question.timeouts, *asked,
                                   std::move(question.tls));
  if (!stream) return std::unexpected(stream.error());
  asked->stream_ = std::move(*stream);
  asked->stream_->send(question.message);
  return asked;
}

/// The first message is the answer: whatever else comes is of no interest.
void StreamQuestion::end(Result<Bytes> result) {
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace nomen::net
