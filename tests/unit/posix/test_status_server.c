/* The small HTTP server for probes: whole requests, cut ones, long ones, and a port that is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/status_server.h"

struct fixture {
    struct fl_status_server server;
    pthread_t thread;
};

static enum fl_error answer(void *context, const char *path, struct fl_status_reply *reply)
{
    (void)context;
    if (strcmp(path, "/broken") == 0) return FL_ENOMEM;
    if (strcmp(path, "/ready") == 0) reply->status = 503;
    return fl_buf_printf(&reply->body, "this is %s\n", path);
}

static void *run(void *server)
{
    fl_status_server_run(server);
    return NULL;
}

/* One that nobody uses just now. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fl_assert(bind(fd, (struct sockaddr *)&address, length) == 0);
    fl_assert(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    fl_assert(fl_status_server_init(&f->server, free_port(), answer, f) == FL_OK);
    fl_assert(pthread_create(&f->thread, NULL, run, &f->server) == 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_status_server_end(&f->server);
    pthread_join(f->thread, NULL);
    fl_status_server_release(&f->server);
    free(f);
    return 0;
}

/* As soon as somebody listens. */
static int connect_to(const struct fixture *f)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)f->server.port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        fl_assert(fd >= 0);
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
        close(fd);
        sched_yield();
    }
}

/* All that comes until the server hangs up. */
static void read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t count;
    while (length + 1 < size && (count = recv(fd, text + length, size - 1 - length, 0)) > 0)
        length += (size_t)count;
    text[length] = '\0';
    close(fd);
}

static struct request_case {
    const char *name, *request, *want;
} requests[] = {
    {"request: a whole one", "GET /live HTTP/1.1\r\nHost: x\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
     "Connection: close\r\n\r\nthis is /live\n"},
    {"request: its query is left alone", "GET /live?x=1 HTTP/1.0\n\n",
     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
     "Connection: close\r\n\r\nthis is /live\n"},
    {"request: a status of its own", "GET /ready HTTP/1.1\r\n\r\n",
     "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n"
     "Connection: close\r\n\r\nthis is /ready\n"},
    {"request: the head alone", "HEAD /live HTTP/1.1\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
     "Connection: close\r\n\r\n"},
    {"request: nothing is changed here", "POST /live HTTP/1.1\r\n\r\n",
     "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n"
     "Connection: close\r\n\r\nMethod Not Allowed\n"},
    {"request: no path", "GET\r\n\r\n",
     "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n"
     "Connection: close\r\n\r\nBad Request\n"},
    {"request: an answer that fails", "GET /broken HTTP/1.1\r\n\r\n",
     "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 22\r\n"
     "Connection: close\r\n\r\nInternal Server Error\n"},
};

static void request_row(void **state)
{
    const struct request_case *row = *state;
    void *opened = NULL;
    char text[1024];
    set_up(&opened);
    int fd = connect_to(opened);
    assert_int_equal(send(fd, row->request, strlen(row->request), 0), strlen(row->request));
    read_all(fd, text, sizeof text);
    assert_string_equal(text, row->want);
    tear_down(&opened);
}

static void a_request_may_come_in_pieces(void **state)
{
    char text[1024];
    int fd = connect_to(*state);
    assert_int_equal(send(fd, "GET /li", 7, 0), 7);
    assert_int_equal(send(fd, "ve HTTP/1.1\r\n\r", 14, 0), 14);
    assert_int_equal(send(fd, "\n", 1, 0), 1);
    read_all(fd, text, sizeof text);
    assert_non_null(strstr(text, "this is /live\n"));
}

static void who_says_nothing_or_too_much_is_hung_up_on_and_others_are_served(void **state)
{
    char text[1024], *head = calloc(1, FL_STATUS_REQUEST_BYTES);
    int silent = connect_to(*state), long_one = connect_to(*state), other = connect_to(*state);
    fl_assert(head != NULL);
    memset(head, 'x', FL_STATUS_REQUEST_BYTES);
    assert_int_equal(send(long_one, head, FL_STATUS_REQUEST_BYTES, MSG_NOSIGNAL),
                     FL_STATUS_REQUEST_BYTES);
    assert_int_equal(send(other, "GET /live HTTP/1.1\r\n\r\n", 22, 0), 22);
    read_all(other, text, sizeof text);
    assert_non_null(strstr(text, "this is /live\n"));
    read_all(silent, text, sizeof text);
    assert_string_equal(text, "");
    close(long_one);
    free(head);
}

static void a_port_that_is_taken_is_told_and_tried_again(void **state)
{
    struct fixture *f = *state, second = {0};
    char text[1024];
    assert_int_equal(fl_status_server_init(&second.server, f->server.port, answer, f), FL_EEXIST);
    tear_down(state);
    *state = NULL;
    fl_assert(pthread_create(&second.thread, NULL, run, &second.server) == 0);
    int fd = connect_to(&second);
    assert_int_equal(send(fd, "GET /live HTTP/1.1\r\n\r\n", 22, 0), 22);
    read_all(fd, text, sizeof text);
    assert_non_null(strstr(text, "this is /live\n"));
    fl_status_server_end(&second.server);
    pthread_join(second.thread, NULL);
    fl_status_server_release(&second.server);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest others[] = {
        TEST(a_request_may_come_in_pieces),
        TEST(who_says_nothing_or_too_much_is_hung_up_on_and_others_are_served),
        cmocka_unit_test_setup(a_port_that_is_taken_is_told_and_tried_again, set_up),
    };
    struct CMUnitTest tests[FL_COUNT(others) + FL_COUNT(requests)];
    memcpy(tests, others, sizeof others);
    for (size_t i = 0; i < FL_COUNT(requests); i++)
        tests[FL_COUNT(others) + i] = (struct CMUnitTest){requests[i].name, request_row, NULL, NULL,
                                                          (void *)(uintptr_t)&requests[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
