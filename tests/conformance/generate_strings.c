#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {14, "SET T V"},
    {8, "SET T V [NX|XX] [GET] [EX 100|PX 100000|KEEPTTL|EXAT 9999999999|EX 0]"},
    {12, "GET T"},
    {3, "GETSET T V"},
    {2, "GETDEL T"},
    {4, "GETEX T [EX 100|PX 100000|PERSIST|EXAT 9999999999|EX -1]"},
    {4, "SETNX T V"},
    {3, "{SETEX|PSETEX} T {100000|0|-1|x} V"},
    {4, "MGET <K>"},
    {4, "MSET <T V>"},
    {2, "MSETNX <T V>"},
    {8, "{INCR|DECR} T"},
    {8, "{INCRBY|DECRBY} T I"},
    {4, "INCRBYFLOAT T F"},
    {4, "APPEND T V"},
    {3, "STRLEN T"},
    {3, "{GETRANGE|SUBSTR} T I I"},
    {2, "SETRANGE T {0|1|5} V"},
    {2, "SETBIT T {0|7|13|x} {0|1|2}"},
    {2, "GETBIT T {0|7|13|100}"},
    {2, "BITCOUNT T [0 -1|1 2|0 3 BIT|1|-2 -1 BYTE]"},
    {2, "BITPOS T {0|1|2} [0|1|-1] [-1|2]"},
    {2, "BITOP {AND|OR|XOR} T T T"},
    {1, "BITOP NOT T T"},
    {4, "BITFIELD T [OVERFLOW SAT|OVERFLOW FAIL|OVERFLOW WRAP] INCRBY {u8|i5|u16|i64} "
        "{0|#1|3} I [GET u4 0] [SET i8 #1 I]"},
    {2, "BITFIELD_RO T GET {u8|i16} {0|#1}"},
    {2, "LCS T T [LEN|IDX] [MINMATCHLEN I] [WITHMATCHLEN]"},
};

const struct generate_family generate_strings = GENERATE_FAMILY(patterns);
