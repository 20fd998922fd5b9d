/* HELP of every container: its subcommands with their arguments, and a line on each. */
#include "core/assert.h"
#include "fakes/redis/table/command_list.h"

static const struct help {
    const char *container; /* as the rows of the table name it */
    const char *lines;     /* an indented one explains the one above */
} helps[] = {
    {"acl|", "CAT [<category>]\n"
             "    categories of commands, or the commands of one\n"
             "DELUSER <username> [<username> ...]\n"
             "    users go, and their connections with them\n"
             "DRYRUN <username> <command> [<arg> ...]\n"
             "    might this user run this command?\n"
             "GETUSER <username>\n"
             "    what a user may do\n"
             "GENPASS [<bits>]\n"
             "    a random password, of 256 bits unless told otherwise\n"
             "LIST\n"
             "    all users, as lines of a configuration file\n"
             "LOAD\n"
             "    read the users from the ACL file again\n"
             "LOG [<count> | RESET]\n"
             "    what was denied of late\n"
             "SAVE\n"
             "    write the users to the ACL file\n"
             "SETUSER <username> <attribute> [<attribute> ...]\n"
             "    make a user, or change what one may do\n"
             "USERS\n"
             "    names of all users\n"
             "WHOAMI\n"
             "    the user of this connection\n"},
    {"client|", "CACHING (YES|NO)\n"
                "    whether keys of the next command are tracked\n"
                "GETREDIR\n"
                "    the connection that gets our invalidations\n"
                "GETNAME\n"
                "    the name of this connection\n"
                "ID\n"
                "    the number of this connection\n"
                "INFO\n"
                "    this connection, as LIST shows it\n"
                "KILL <ip:port>\n"
                "    close the connection from there\n"
                "KILL <option> <value> [<option> <value> [...]]\n"
                "    close those that fit all options\n"
                "    ADDR, LADDR, TYPE, USER, SKIPME, ID\n"
                "LIST [options ...]\n"
                "    all connections\n"
                "    TYPE, ID\n"
                "UNPAUSE\n"
                "    end a pause\n"
                "PAUSE <timeout> [WRITE|ALL]\n"
                "    let clients wait for so many milliseconds\n"
                "REPLY (ON|OFF|SKIP)\n"
                "    whether replies are sent\n"
                "SETNAME <name>\n"
                "    name this connection\n"
                "UNBLOCK <clientid> [TIMEOUT|ERROR]\n"
                "    end the waiting of a blocked client\n"
                "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]\n"
                "    tell the client when keys that it has read change\n"
                "TRACKINGINFO\n"
                "    how this connection is tracked\n"
                "NO-EVICT (ON|OFF)\n"
                "    spare this connection when clients take too much memory\n"},
    {"command|", "(no subcommand)\n"
                 "    all commands\n"
                 "COUNT\n"
                 "    how many there are\n"
                 "LIST\n"
                 "    their names\n"
                 "INFO [<command-name> ...]\n"
                 "    facts of some commands, or of all\n"
                 "DOCS [<command-name> ...]\n"
                 "    documentation of some commands, or of all\n"
                 "GETKEYS <full-command>\n"
                 "    which arguments are keys\n"
                 "GETKEYSANDFLAGS <full-command>\n"
                 "    which arguments are keys, and how they are used\n"},
    {"config|", "GET <pattern>\n"
                "    parameters whose names fit\n"
                "SET <directive> <value>\n"
                "    change a parameter\n"
                "RESETSTAT\n"
                "    statistics of INFO begin anew\n"
                "REWRITE\n"
                "    write the parameters to the configuration file\n"},
    {"function|", "LOAD [REPLACE] <FUNCTION CODE>\n"
                  "    make a library of functions\n"
                  "DELETE <LIBRARY NAME>\n"
                  "    remove a library\n"
                  "LIST [LIBRARYNAME PATTERN] [WITHCODE]\n"
                  "    libraries and their functions\n"
                  "STATS\n"
                  "    the running function, and the engines\n"
                  "KILL\n"
                  "    stop the running function\n"
                  "FLUSH [ASYNC|SYNC]\n"
                  "    remove all libraries\n"
                  "DUMP\n"
                  "    all libraries as one string\n"
                  "RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]\n"
                  "    libraries from such a string\n"},
    {"latency|", "DOCTOR\n"
                 "    a report for people\n"
                 "GRAPH <event>\n"
                 "    a picture of the event's latest delays\n"
                 "HISTORY <event>\n"
                 "    times and delays of an event\n"
                 "LATEST\n"
                 "    the latest delay of each event\n"
                 "RESET [<event> ...]\n"
                 "    forget some events, or all\n"
                 "HISTOGRAM [COMMAND ...]\n"
                 "    how long commands took, by powers of two\n"},
    {"memory|", "DOCTOR\n"
                "    a report for people\n"
                "MALLOC-STATS\n"
                "    what the allocator tells\n"
                "PURGE\n"
                "    the allocator gives free pages back\n"
                "STATS\n"
                "    what memory is used for\n"
                "USAGE <key> [SAMPLES <count>]\n"
                "    about how many bytes a key takes\n"},
    {"module|", "LIST\n"
                "    loaded modules\n"
                "LOAD <path> [<arg> ...]\n"
                "    load a module\n"
                "LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]\n"
                "    load a module with parameters\n"
                "UNLOAD <name>\n"
                "    unload a module\n"},
    {"object|", "ENCODING <key>\n"
                "    how the value is stored\n"
                "FREQ <key>\n"
                "    how often it is used, on a logarithmic scale\n"
                "IDLETIME <key>\n"
                "    seconds since it was used\n"
                "REFCOUNT <key>\n"
                "    how many refer to the value\n"},
    {"pubsub|", "CHANNELS [<pattern>]\n"
                "    channels with subscribers\n"
                "NUMPAT\n"
                "    how many patterns are subscribed to\n"
                "NUMSUB [<channel> ...]\n"
                "    how many subscribers each channel has\n"
                "SHARDCHANNELS [<pattern>]\n"
                "    channels of shards with subscribers\n"
                "SHARDNUMSUB [<shardchannel> ...]\n"
                "    how many subscribers each channel of a shard has\n"},
    {"script|", "DEBUG (YES|SYNC|NO)\n"
                "    whether the next scripts of this connection stop in the debugger\n"
                "EXISTS <sha1> [<sha1> ...]\n"
                "    which scripts are known\n"
                "FLUSH [ASYNC|SYNC]\n"
                "    forget all scripts\n"
                "KILL\n"
                "    stop the running script\n"
                "LOAD <script>\n"
                "    make a script known without running it\n"},
    {"slowlog|", "GET [<count>]\n"
                 "    the latest slow commands, ten unless told otherwise, -1 for all\n"
                 "LEN\n"
                 "    how many there are\n"
                 "RESET\n"
                 "    forget them\n"},
    {"xgroup|", "CREATE <key> <groupname> <id|$> [option]\n"
                "    make a group\n"
                "    MKSTREAM, ENTRIESREAD\n"
                "CREATECONSUMER <key> <groupname> <consumer>\n"
                "    make a consumer\n"
                "DELCONSUMER <key> <groupname> <consumer>\n"
                "    remove a consumer\n"
                "DESTROY <key> <groupname>\n"
                "    remove a group\n"
                "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]\n"
                "    where a group goes on\n"},
    {"xinfo|", "CONSUMERS <key> <groupname>\n"
               "    consumers of a group\n"
               "GROUPS <key>\n"
               "    groups of a stream\n"
               "STREAM <key> [FULL [COUNT <count>]\n"
               "    a stream, and with FULL everything in it\n"},
};

static const struct help *find(const struct fake_command *command)
{
    for (size_t i = 0; i < FL_COUNT(helps); i++)
        if (strncmp(command->name, helps[i].container, strlen(helps[i].container)) == 0)
            return &helps[i];
    return NULL;
}

/* "ACL <subcommand> ...", with the name as the client spelled it, in upper case. */
static void reply_title(struct fake_call *call)
{
    char title[80];
    size_t length = 0;
    for (; length < call->args[0].length && length < 32; length++) {
        char c = call->args[0].bytes[length];
        title[length] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    strcpy(title + length, " <subcommand> [<arg> ...], with one of:");
    fake_reply_status(call->out, title);
}

void fake_cmd_help(struct fake_call *call)
{
    const struct help *help = find(call->command);
    fl_assert(help);
    size_t place = fake_reply_array_later(call->out), count = 3;
    reply_title(call);
    for (const char *line = help->lines; *line; count++) {
        size_t length = strcspn(line, "\n");
        fake_reply_status_span(call->out, (struct fl_span){line, length});
        line += length + 1;
    }
    fake_reply_status(call->out, "HELP");
    fake_reply_status(call->out, "    this list");
    fake_reply_array_set(call->out, place, count);
}
