/* src/posix/redis_url.c - cuts a copy of the text in place. */
#include "posix/redis_url.h"

#include <stdbool.h>
#include <string.h>

#include "core/span.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* In place; false for a bad escape or an encoded NUL. */
static bool percent_decode(char *text)
{
    char *out = text;
    for (; *text; text++) {
        if (*text != '%') {
            *out++ = *text;
            continue;
        }
        int high = hex_value(text[1]);
        int low = high < 0 ? -1 : hex_value(text[2]);
        if (low < 0 || high + low == 0) return false;
        *out++ = (char)(high * 16 + low);
        text += 2;
    }
    *out = '\0';
    return true;
}

/* "[user]:password@rest" or "user@rest" gives its parts and returns the rest. */
static const char *cut_login(struct fl_redis_url *url, char *text, char **ret_rest)
{
    char *slash = strchr(text, '/');
    char *at = slash ? memrchr(text, '@', (size_t)(slash - text)) : strrchr(text, '@');
    *ret_rest = text;
    if (!at) return NULL;
    *at = '\0';
    *ret_rest = at + 1;
    char *colon = strchr(text, ':');
    if (!colon) return "want a password after the user name: user:password@";
    *colon = '\0';
    if (!percent_decode(text) || !percent_decode(colon + 1))
        return "the user name or password has a wrong %-escape";
    if (*text) url->username = text;
    if (colon[1]) url->password = colon + 1;
    return NULL;
}

static const char *read_database(struct fl_redis_url *url, const char *text)
{
    long long value = 0;
    if (!fl_span_int64(fl_span_from(text), &value) || value < 0 || value > FL_REDIS_DATABASE_MAX)
        return "the database is not a number";
    url->database = (int)value;
    return NULL;
}

static bool is_port(const char *text)
{
    long long value = 0;
    return fl_span_int64(fl_span_from(text), &value) && value > 0 && value <= 65535;
}

/* "host[:port]" or "[v6][:port]". */
static const char *cut_host(struct fl_redis_url *url, char *text)
{
    char *colon = strrchr(text, ':');
    if (*text == '[') {
        char *bracket = strchr(text, ']');
        if (!bracket) return "want a ']' after the IPv6 address";
        *bracket = '\0';
        colon = bracket[1] == ':' ? bracket + 1 : NULL;
        if (!colon && bracket[1]) return "want ':' and a port after the ']'";
        text++;
    }
    url->port = "6379";
    if (colon) {
        *colon = '\0';
        if (colon[1]) url->port = colon + 1;
        if (!is_port(url->port)) return "the port is not a number from 1 to 65535";
    }
    url->host = *text ? text : "localhost";
    return NULL;
}

static const char *parse_tcp(struct fl_redis_url *url, char *text)
{
    char *rest = text;
    const char *problem = cut_login(url, text, &rest);
    if (problem) return problem;
    rest[strcspn(rest, "?#")] = '\0'; /* redis-rb ignores both here */
    char *slash = strchr(rest, '/');
    if (slash) {
        *slash = '\0';
        if (slash[1]) problem = read_database(url, slash + 1);
    }
    return problem ? problem : cut_host(url, rest);
}

static const char *parse_unix(struct fl_redis_url *url, char *text)
{
    char *rest = text;
    const char *problem = cut_login(url, text, &rest);
    if (problem) return problem;
    char *query = strchr(rest, '?');
    if (query) {
        *query = '\0';
        if (strncmp(query + 1, "db=", 3)) return "the only query that a unix:// URL has is ?db=n";
        problem = read_database(url, query + 4);
        if (problem) return problem;
    }
    if (!*rest) return "want the path of a socket after unix://";
    if (!percent_decode(rest)) return "the path has a wrong %-escape";
    url->path = rest;
    return NULL;
}

static const char *parse(const char *text, struct fl_redis_url *url)
{
    static const char tcp[] = "redis://", tls[] = "rediss://", local[] = "unix://";
    if (strlen(text) > FL_URL_BYTES_MAX) return "the URL is too long";
    strcpy(url->storage, text);
    if (strncmp(text, tcp, strlen(tcp)) == 0) return parse_tcp(url, url->storage + strlen(tcp));
    if (strncmp(text, local, strlen(local)) == 0)
        return parse_unix(url, url->storage + strlen(local));
    if (strncmp(text, tls, strlen(tls)) == 0)
        return "rediss:// (TLS) is not supported; put a tunnel in front and use redis://";
    return "want redis://host:port/db or unix:///path";
}

enum fl_error fl_redis_url_parse(const char *text, struct fl_redis_url *ret_url,
                                 const char **ret_problem)
{
    memset(ret_url, 0, sizeof *ret_url);
    *ret_problem = parse(text, ret_url);
    return *ret_problem ? FL_EINVAL : FL_OK;
}
