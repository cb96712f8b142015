/* negotiation.c - a login after TLS, in which the input is the server, and the
 * program answers nothing.  See talk.h for what is claimed.
 *
 * The first byte tells how the input is delivered, the second who logs in. */
#include "fuzz.h"
#include "talk.h"

static lq_config *config_of(unsigned how)
{
    lq_config *config =
        lq_config_new((how & 1) != 0 ? "example.net" : "romeo@example.net");

    lq_config_set_iterations(config, 4096);
    if ((how & 2) == 0) {
        lq_config_set_password(config, "Wherefore");
    }
    if ((how & 4) != 0) {
        lq_config_set_token(config, "s3cr3t");
    }
    if ((how & 8) != 0) {
        lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    }
    if ((how & 16) != 0) {
        lq_config_set_saved(config, LQ_SAVED_ACCOUNT, NULL, 0);
    }
    if ((how & 32) != 0) {
        lq_config_set_resource(config, "orchard");
    }
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned pieces = fuzz_byte(&data, &size);
    unsigned how = fuzz_byte(&data, &size);
    static talk t;

    random_seed(1);
    talk_begin(&t, config_of(how));
    t.pieces = pieces;
    lq_stream_trace(t.stream, (how & 64) != 0);
    if ((how & 128) != 0) {
        lq_carbons_attach(t.stream);
        lq_roster_attach(t.stream);
    }
    talk_start(&t);
    for (int i = 0; i < 2; i++) { /* they wait for the login */
        talk_asked(&t, lq_stream_request(t.stream,
                                         lq_build_iq(t.stream, LQ_GET, NULL)));
        talk_asked(&t, lq_stream_send(t.stream,
                                      lq_build_message(t.stream, LQ_CHAT,
                                                       "juliet@example.com")));
    }
    talk_hear(&t, data, size);
    talk_end(&t);
    return 0;
}
