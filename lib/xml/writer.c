/* writer.c - see writer.h.
 *
 * What is open is not remembered but read where it was written: the name to
 * close, the namespace to compare with, the attributes that must not come
 * twice.  Values hold no quotation mark, so both ends of each can be found,
 * and equal texts have been escaped to equal bytes. */
#include "writer.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/table.h"
#include "xml/names.h"
#include "xml/quote.h"

#define PREFIX_SIZE 16 /* of "n" and a number */
#define FEW_ATTRS   16

static void writer_fail(lq_writer *writer, int error)
{
    if (writer->error == LQ_OK) {
        writer->error = error;
    }
}

static const char *writer_at(const lq_writer *writer, size_t offset)
{
    return lq_buffer_bytes(writer->out) + writer->start + offset;
}

static size_t writer_len(const lq_writer *writer)
{
    return lq_buffer_len(writer->out) - writer->start;
}

/* Room for LEN bytes, which count at once; NULL behind an error. */
static inline char *writer_room(lq_writer *writer, size_t len)
{
    char *room;

    if (writer->error != LQ_OK) {
        return NULL;
    }
    room = lq_buffer_reserve(writer->out, len);
    if (room == NULL) {
        writer->error = lq_quote_failure(writer->out, len);
        return NULL;
    }
    lq_buffer_commit(writer->out, len);
    return room;
}

static void put(lq_writer *writer, const char *bytes, size_t len)
{
    char *room = writer_room(writer, len);

    if (room != NULL) {
        memcpy(room, bytes, len);
    }
}

static void put_value(lq_writer *writer, const char *value)
{
    if (writer->error == LQ_OK) {
        writer->error = lq_quote_value(writer->out, value);
    }
}

/* The length of NAME; 0 if it is none, which is an error. */
static size_t writer_name(lq_writer *writer, const char *name)
{
    size_t len = lq_name_len(name);

    if (len == 0) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    return len;
}

void lq_writer_init(lq_writer *writer, lq_buffer *out, const char *outer)
{
    writer->out = out;
    writer->outer = outer;
    writer->start = lq_buffer_len(out);
    writer->error = LQ_OK;
    writer->depth = 0;
    writer->in_tag = false;
    writer->done = false;
}

/* ---- attributes ---- */

/* One that stands in the open start tag, as it was written. */
typedef struct attr {
    const char *name, *value; /* the value from its first quotation mark on */
    size_t name_len, value_len;
} attr;

/* The attribute whose leading space is at AT; returns where it ends. */
static const char *attr_read(attr *found, const char *at, const char *end)
{
    const char *equals = memchr(at, '=', (size_t)(end - at));
    const char *value = equals + 1;
    const char *last = memchr(value + 1, '\'', (size_t)(end - value - 1));

    *found = (attr){
        .name = at + 1,
        .value = value,
        .name_len = (size_t)(equals - at) - 1,
        .value_len = (size_t)(last - value),
    };
    return last + 1;
}

/* Where the attributes of the open start tag begin. */
static const char *attrs_begin(const lq_writer *writer)
{
    const lq_open *top = &writer->open[writer->depth - 1];

    return writer_at(writer, top->name + top->len);
}

/* Whether the tag has, before MARK, the attribute whose name of LEN bytes
 * stands behind MARK. */
static bool has_attr(const lq_writer *writer, size_t mark, size_t len)
{
    const char *end = writer_at(writer, mark);
    const char *at = attrs_begin(writer);
    attr found;

    while (at < end) {
        at = attr_read(&found, at, end);
        if (found.name_len == len && memcmp(found.name, end + 1, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool writer_takes_attr(lq_writer *writer)
{
    if (!writer->in_tag) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    return writer->error == LQ_OK;
}

/* Set a bit in WORD; was it set already? */
static bool mark_bit(uint64_t *word, unsigned bit)
{
    bool was_set = (*word >> bit & 1) != 0;

    *word |= UINT64_C(1) << bit;
    return was_set;
}

static bool mark_many(lq_writer *writer, const char *name, size_t len)
{
    uint32_t hash = lq_plain_hash(name, len);

    return mark_bit(&writer->many[hash / 64 % LQ_COUNT(writer->many)],
                    hash % 64);
}

/* There are more than a few now. */
static void mark_all(lq_writer *writer, size_t mark)
{
    const char *end = writer_at(writer, mark);
    attr found;

    memset(writer->many, 0, sizeof(writer->many));
    for (const char *at = attrs_begin(writer); at < end;) {
        at = attr_read(&found, at, end);
        mark_many(writer, found.name, found.name_len);
    }
}

/* Whether one of many attributes before MARK may be called like that behind it,
 * whose name has LEN bytes. */
static bool may_be_double(lq_writer *writer, size_t mark, size_t len)
{
    if (!writer->crowded) {
        mark_all(writer, mark);
        writer->crowded = true;
    }
    return mark_many(writer, writer_at(writer, mark) + 1, len);
}

/* A few attributes are told apart by length and first letter, many by a hash:
 * only where these are the same need names be compared. */
static inline void check_attr(lq_writer *writer, size_t mark, char first,
                              size_t len)
{
    bool may = writer->attrs <= FEW_ATTRS
                   ? mark_bit(&writer->seen, ((uint8_t)first + len) % 64)
                   : writer->error == LQ_OK && may_be_double(writer, mark, len);

    if (may && writer->error == LQ_OK && has_attr(writer, mark, len)) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
}

/* " PREFIX:NAME='", and without a colon for the empty prefix. */
static inline void put_attr(lq_writer *writer, const char *prefix,
                            size_t prefix_len, const char *name, size_t len)
{
    size_t colon = prefix_len > 0;
    char *room;

    if (writer->attrs++ == LQ_ATTRS_OWN_MAX) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    room = writer_room(writer, 1 + prefix_len + colon + len + 2);
    if (room == NULL) {
        return;
    }
    *room++ = ' ';
    if (colon) {
        memcpy(room, prefix, prefix_len);
        room += prefix_len;
        *room++ = ':';
    }
    memcpy(room, name, len);
    room[len] = '=';
    room[len + 1] = '\'';
}

static inline void write_attr(lq_writer *writer, const char *prefix,
                              const char *name, size_t len, const char *value)
{
    size_t mark = writer_len(writer);
    size_t prefix_len = strlen(prefix);

    put_attr(writer, prefix, prefix_len, name, len);
    check_attr(writer, mark, prefix_len > 0 ? *prefix : *name,
               prefix_len + (prefix_len > 0) + len);
    put_value(writer, value);
}

void lq_write_attr(lq_writer *writer, const char *name, const char *value)
{
    size_t len = writer_name(writer, name);

    if (len == 5 && memcmp(name, "xmlns", 5) == 0) {
        writer_fail(writer, LQ_E_ARGUMENT); /* not an attribute */
    }
    if (writer_takes_attr(writer)) {
        write_attr(writer, "", name, len, value);
    }
}

void lq_write_attr_plain(lq_writer *writer, const char *name, const char *value)
{
    size_t len = strlen(name);
    size_t value_len = strlen(value);
    size_t mark = writer_len(writer);
    char *room;

    if (!writer_takes_attr(writer)) {
        return;
    }
    put_attr(writer, "", 0, name, len);
    check_attr(writer, mark, *name, len);
    room = writer_room(writer, value_len + 1);
    if (room != NULL) {
        memcpy(room, value, value_len);
        room[value_len] = '\'';
    }
}

/* The prefix that the tag has, before MARK, for what is declared there. */
static bool find_prefix(const lq_writer *writer, size_t mark,
                        char prefix[PREFIX_SIZE])
{
    const char *end = writer_at(writer, mark);
    const char *at = attrs_begin(writer);
    attr made, found;

    attr_read(&made, end, writer_at(writer, writer_len(writer)));
    while (at < end) {
        at = attr_read(&found, at, end);
        if (found.name_len > 6 && memcmp(found.name, "xmlns:", 6) == 0 &&
            found.value_len == made.value_len &&
            memcmp(found.value, made.value, made.value_len) == 0) {
            snprintf(prefix, PREFIX_SIZE, "%.*s", (int)found.name_len - 6,
                     found.name + 6);
            return true;
        }
    }
    return false;
}

/* Make up a prefix for XMLNS and declare it, unless the tag has one. */
static void write_prefix(lq_writer *writer, const char *xmlns,
                         char prefix[PREFIX_SIZE])
{
    size_t mark = writer_len(writer);

    snprintf(prefix, PREFIX_SIZE, "n%d", writer->prefixes++);
    put_attr(writer, "xmlns", 5, prefix, strlen(prefix));
    put_value(writer, xmlns);
    if (writer->error == LQ_OK && find_prefix(writer, mark, prefix)) {
        lq_buffer_truncate(writer->out, writer->start + mark);
        writer->attrs--;
    }
}

void lq_write_attr_ns(lq_writer *writer, const char *name, const char *xmlns,
                      const char *value)
{
    char prefix[PREFIX_SIZE] = "xml";
    size_t len;

    if (*xmlns == '\0') {
        lq_write_attr(writer, name, value);
        return;
    }
    len = writer_name(writer, name);
    if (strcmp(xmlns, LQ_NS_XMLNS) == 0) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    if (writer_takes_attr(writer)) {
        if (strcmp(xmlns, LQ_NS_XML) != 0) {
            write_prefix(writer, xmlns, prefix);
        }
        write_attr(writer, prefix, name, len, value);
    }
}

/* ---- elements ---- */

/* The two that no default declaration may name: "Namespaces in XML 1.0",
 * section 3. */
static bool is_reserved(const char *xmlns)
{
    return lq_name_same(xmlns, LQ_NS_XML) || lq_name_same(xmlns, LQ_NS_XMLNS);
}

/* Declare XMLNS as the default, unless it is already: IN_FORCE and the result
 * are like lq_open's xmlns. */
static size_t write_xmlns(lq_writer *writer, size_t in_force, const char *xmlns)
{
    size_t mark = writer_len(writer);
    size_t len;

    if (in_force == 0 && lq_name_same(xmlns, writer->outer)) {
        return 0;
    }
    if (is_reserved(xmlns)) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    put_attr(writer, "", 0, "xmlns", 5);
    put_value(writer, xmlns);
    len = writer_len(writer) - mark;
    if (writer->error == LQ_OK && in_force != 0 &&
        memcmp(writer_at(writer, in_force), writer_at(writer, mark), len) ==
            0) {
        lq_buffer_truncate(writer->out, writer->start + mark);
        writer->attrs--;
        return in_force;
    }
    return mark;
}

static bool writer_takes_element(lq_writer *writer)
{
    if (writer->done || writer->depth == LQ_DEPTH_MAX) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    return writer->error == LQ_OK;
}

/* "<NAME", and before it what ends the open start tag. */
static inline void put_tag(lq_writer *writer, const char *name, size_t len)
{
    char *room = writer_room(writer, writer->in_tag + 1 + len);

    if (room == NULL) {
        return;
    }
    if (writer->in_tag) {
        *room++ = '>';
    }
    *room++ = '<';
    memcpy(room, name, len);
}

void lq_write_open(lq_writer *writer, const char *name, const char *xmlns)
{
    size_t len = writer_name(writer, name);
    size_t in_force;
    lq_open *top;

    if (!writer_takes_element(writer)) {
        return;
    }
    put_tag(writer, name, len);
    in_force = writer->depth == 0 ? 0 : writer->open[writer->depth - 1].xmlns;
    writer->attrs = writer->prefixes = 0;
    writer->crowded = false;
    writer->seen = 0;
    top = &writer->open[writer->depth++];
    top->name = writer_len(writer) - len;
    top->len = len;
    top->xmlns =
        xmlns == NULL ? in_force : write_xmlns(writer, in_force, xmlns);
    writer->in_tag = true;
}

void lq_write_text(lq_writer *writer, const char *text, size_t len)
{
    if (writer->depth == 0) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    if (len > 0 && writer->in_tag) {
        put(writer, ">", 1);
        writer->in_tag = false;
    }
    if (writer->error == LQ_OK) {
        writer->error = lq_quote_text(writer->out, text, len);
    }
}

/* The room comes first, since making it may move the name. */
static void write_end_tag(lq_writer *writer, const lq_open *top)
{
    char *room = writer_room(writer, top->len + 3);

    if (room != NULL) {
        memcpy(room, "</", 2);
        memcpy(room + 2, writer_at(writer, top->name), top->len);
        room[2 + top->len] = '>';
    }
}

void lq_write_close(lq_writer *writer)
{
    if (writer->depth == 0) {
        writer_fail(writer, LQ_E_ARGUMENT);
        return;
    }
    writer->depth--;
    if (writer->in_tag) {
        put(writer, "/>", 2);
    } else {
        write_end_tag(writer, &writer->open[writer->depth]);
    }
    writer->in_tag = false;
    writer->done = writer->depth == 0;
}

/* ---- trees ---- */

static void copy_begin(lq_writer *writer, const lq_element *node)
{
    const char *name, *xmlns, *value;

    if (lq_element_is_text(node)) {
        lq_write_text(writer, node->text, strlen(node->text));
        return;
    }
    lq_write_open(writer, node->name, node->xmlns);
    for (int i = 0;
         (name = lq_element_attr_at(node, i, &xmlns, &value)) != NULL; i++) {
        lq_write_attr_ns(writer, name, xmlns, value);
    }
}

static void copy_end(lq_writer *writer, const lq_element *node)
{
    if (!lq_element_is_text(node)) {
        lq_write_close(writer);
    }
}

void lq_write_copy(lq_writer *writer, const lq_element *element)
{
    const lq_element *path[LQ_DEPTH_MAX]; /* from ELEMENT down to NODE */
    const lq_element *node = element, *next;
    int depth = 0;

    while (node != NULL) {
        copy_begin(writer, node);
        next = lq_element_first_node(node);
        if (next != NULL) {
            path[depth++] = node;
            node = next;
            continue;
        }
        copy_end(writer, node);
        while (depth > 0 && (next = lq_element_next_node(node)) == NULL) {
            node = path[--depth];
            copy_end(writer, node);
        }
        node = depth > 0 ? next : NULL;
    }
}

int lq_writer_end(lq_writer *writer)
{
    if (!writer->done) {
        writer_fail(writer, LQ_E_ARGUMENT);
    }
    if (writer->error != LQ_OK) {
        lq_buffer_truncate(writer->out, writer->start);
    }
    return writer->error;
}
