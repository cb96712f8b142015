/* prepared.c - an address as a key of a table. */
#include "prepared.h"

#include <string.h>

#include "base/address.h"

int lq_prepared_init(lq_prepared *prepared, const char *text)
{
    int why = LQ_E_ARGUMENT;

    *prepared = (lq_prepared){ 0 };
    if (text == NULL) {
        return LQ_E_ARGUMENT;
    }
    if (lq_address_is_canonical(text)) {
        prepared->bare = text;
        prepared->len = lq_address_bare_len(text);
        if (text[prepared->len] == '/') {
            prepared->resource = text + prepared->len + 1;
        }
        return LQ_OK;
    }
    prepared->jid = lq_jid_parse(text, &why);
    if (prepared->jid == NULL) {
        return why == LQ_E_NOMEM ? LQ_E_NOMEM : LQ_E_ARGUMENT;
    }
    prepared->bare = lq_jid_bare(prepared->jid);
    prepared->len = strlen(prepared->bare);
    prepared->resource = lq_jid_resource(prepared->jid);
    return LQ_OK;
}

void lq_prepared_clear(lq_prepared *prepared)
{
    lq_jid_free(prepared->jid);
    *prepared = (lq_prepared){ 0 };
}
