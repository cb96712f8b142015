/* gloox.cc - gloox::Parser as a reader. */
#include <gloox/parser.h>
#include <gloox/tag.h>
#include <gloox/taghandler.h>

#include "peers.h"

namespace {

class Reader : public gloox::TagHandler {
  public:
    explicit Reader(feed *f) : parser(this), f(f) {}

    void handleTag(gloox::Tag *tag) override
    {
        if (tag->name() == "stream") {
            return;
        }
        bench_touch(tag->findAttribute("from").c_str());
        bench_touch(tag->findAttribute("type").c_str());
        bench_touch(tag->findAttribute("id").c_str());
        if (const gloox::Tag *body = tag->findChild("body")) {
            bench_touch(body->cdata().c_str());
        }
        f->stanzas++;
    }

    gloox::Parser parser;

  private:
    feed *f;
};

} // namespace

void begin_gloox(feed *f) { f->self = new Reader(f); }

void read_gloox(feed *f)
{
    Reader *reader = static_cast<Reader *>(f->self);
    std::size_t at = 0, len;

    while (const char *piece = feed_next(f, &at, &len)) {
        std::string text(piece, len);

        if (reader->parser.feed(text) >= 0) {
            bench_die("gloox: the stream broke");
        }
    }
}

void end_gloox(feed *f) { delete static_cast<Reader *>(f->self); }
