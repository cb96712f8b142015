/* roster_item.c - the items of a roster, in order and by address. */
#include "roster_item.h"

#include <string.h>

#include "base/address.h"
#include "base/memory.h"
#include "base/text.h"

void lq_roster_items_init(lq_roster_items *items, const lq_hash_key *key)
{
    *items = (lq_roster_items){ 0 };
    lq_table_init(&items->table, key);
}

void lq_roster_items_clear(lq_roster_items *items)
{
    while (items->first != NULL) {
        lq_roster_item *item = items->first;

        items->first = item->next;
        lq_free(item);
    }
    items->last = NULL;
    lq_table_clear(&items->table);
}

lq_roster_item *lq_roster_items_get(const lq_roster_items *items,
                                    const lq_prepared *who)
{
    return lq_table_get(&items->table, who->bare, who->len);
}

/* Put ITEM between PREVIOUS and NEXT, the ends for NULL. */
static void items_link(lq_roster_items *items, lq_roster_item *item,
                       lq_roster_item *previous, lq_roster_item *next)
{
    item->previous = previous;
    item->next = next;
    *(previous != NULL ? &previous->next : &items->first) = item;
    *(next != NULL ? &next->previous : &items->last) = item;
}

int lq_roster_items_put(lq_roster_items *items, lq_roster_item *item,
                        lq_roster_item **old)
{
    size_t len = strlen(item->key);
    int rv;

    *old = lq_table_get(&items->table, item->key, len);
    rv = lq_table_set(&items->table, item->key, len, item);
    if (rv < 0) {
        return rv;
    }
    if (*old != NULL) {
        items_link(items, item, (*old)->previous, (*old)->next);
    } else {
        items_link(items, item, items->last, NULL);
    }
    return LQ_OK;
}

void lq_roster_items_remove(lq_roster_items *items, lq_roster_item *item)
{
    lq_table_remove(&items->table, item->key, strlen(item->key));
    *(item->previous != NULL ? &item->previous->next : &items->first) =
        item->next;
    *(item->next != NULL ? &item->next->previous : &items->last) =
        item->previous;
}

/* ---- from XML ---- */

static int subscription_parse(const char *text)
{
    static const char *const names[] = { "none", "to", "from", "both" };

    for (int i = 0; i < 4; i++) {
        if (lq_text_equal(text, names[i])) {
            return i;
        }
    }
    return LQ_SUBSCRIPTION_NONE; /* RFC 6121, 2.1.2.5: as if absent */
}

static bool is_true(const char *text)
{
    return lq_text_equal(text, "true") || lq_text_equal(text, "1");
}

static const char *put_text(char **end, const char *text, size_t len)
{
    char *start = *end;

    memcpy(start, text, len);
    start[len] = '\0';
    *end = start + len + 1;
    return start;
}

static const lq_element *group_after(const lq_element *item,
                                     const lq_element *group)
{
    return group == NULL ? lq_element_child(item, "group", LQ_NS_ROSTER)
                         : lq_element_next(group, "group", LQ_NS_ROSTER);
}

/* SEEN holds each group with the last element that named it, so that no item
 * is in one group twice. */
static int put_groups(lq_roster_item *item, const lq_element *element,
                      lq_table *seen, char **end)
{
    const lq_element *group = NULL;

    while ((group = group_after(element, group)) != NULL) {
        const char *text = lq_element_text(group);
        size_t len = strlen(text);

        if (len == 0 || lq_table_get(seen, text, len) == element) {
            continue;
        }
        if (lq_table_set(seen, text, len, (void *)element) < 0) {
            return LQ_E_NOMEM;
        }
        item->groups[item->group_count++] = put_text(end, text, len);
    }
    return LQ_OK;
}

/* An allocation for the item that ELEMENT describes; *TEXTS is the place of
 * its texts. */
static lq_roster_item *item_alloc(const lq_element *element,
                                  const lq_prepared *who, char **texts)
{
    const char *name = lq_element_attr(element, "name");
    size_t groups = 0;
    size_t size = strlen(lq_element_attr(element, "jid")) + 1 + who->len + 1;
    const lq_element *group = NULL;
    lq_roster_item *item;

    size += name != NULL ? strlen(name) + 1 : 0;
    while ((group = group_after(element, group)) != NULL) {
        groups++;
        size += strlen(lq_element_text(group)) + 1;
    }
    size += sizeof(*item) + groups * sizeof(item->groups[0]);
    item = lq_calloc(1, size);
    if (item != NULL) {
        *texts = (char *)(item->groups + groups);
    }
    return item;
}

lq_roster_item *lq_roster_item_new(const lq_element *element,
                                   const lq_prepared *who, lq_table *seen)
{
    const char *jid = lq_element_attr(element, "jid");
    const char *name = lq_element_attr(element, "name");
    char *end = NULL;
    lq_roster_item *item = item_alloc(element, who, &end);

    if (item == NULL) {
        return NULL;
    }
    item->key = put_text(&end, who->bare, who->len);
    item->jid = item->key;
    if (who->jid != NULL) { /* not in prepared form */
        item->jid = put_text(&end, jid, lq_address_bare_len(jid));
    }
    if (name != NULL && *name != '\0') {
        item->name = put_text(&end, name, strlen(name));
    }
    item->subscription =
        subscription_parse(lq_element_attr(element, "subscription"));
    item->pending = lq_text_equal(lq_element_attr(element, "ask"), "subscribe");
    item->approved = is_true(lq_element_attr(element, "approved"));
    if (put_groups(item, element, seen, &end) < 0) {
        lq_free(item);
        return NULL;
    }
    return item;
}

/* ---- for the program ---- */

const char *lq_roster_item_jid(const lq_roster_item *item)
{
    return item == NULL ? NULL : item->jid;
}

const char *lq_roster_item_name(const lq_roster_item *item)
{
    return item == NULL ? NULL : item->name;
}

int lq_roster_item_subscription(const lq_roster_item *item)
{
    return item == NULL ? LQ_SUBSCRIPTION_NONE : item->subscription;
}

bool lq_roster_item_is_pending(const lq_roster_item *item)
{
    return item != NULL && item->pending;
}

bool lq_roster_item_is_approved(const lq_roster_item *item)
{
    return item != NULL && item->approved;
}

const char *lq_roster_item_group(const lq_roster_item *item, int index)
{
    if (item == NULL || index < 0 || index >= item->group_count) {
        return NULL;
    }
    return item->groups[index];
}
