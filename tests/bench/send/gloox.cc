/* gloox.cc - gloox as a writer. */
#include <gloox/chatstate.h>
#include <gloox/message.h>
#include <gloox/tag.h>

#include <memory>
#include <string>

#include "writer.h"

static void gloox_write(writing *w)
{
    const gloox::JID to(MESSAGE_TO);

    for (size_t i = 0; i < w->count; i++) {
        gloox::Message message(gloox::Message::Chat, to, MESSAGE_BODY);

        message.setID(MESSAGE_ID);
        message.addExtension(new gloox::ChatState(gloox::ChatStateActive));

        std::unique_ptr<gloox::Tag> tag(message.tag());
        gloox::Tag *origin = new gloox::Tag(tag.get(), "origin-id");

        origin->setXmlns(NS_SID);
        origin->addAttribute("id", MESSAGE_ID);

        const std::string text = tag->xml();

        writing_keep(w, text.data(), text.size());
    }
}

extern "C" const writer writers_gloox[] = {
    { "gloox", "Tag::xml()", nullptr, gloox_write, nullptr },
    { nullptr, nullptr, nullptr, nullptr, nullptr },
};
