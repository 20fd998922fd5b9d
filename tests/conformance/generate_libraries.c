/* The libraries of scripts, with values by chance: nested tables, strings of any bytes, numbers of
 * all magnitudes, and input that is broken here and there. The scripts make them from the numbers
 * that they are given, on both sides the same. */
#include "tests/conformance/generate.h"

/* Keys are shorter than 32 bytes: of longer ones Redis's own Lua hashes each byte and stock Lua
 * does not, so that tables have them in another order. */
/* r(n): below n. num, str, val: a number, a string, any value that is at most so deep. broken: a
 * string with one byte of it changed. show: any value as text. */
#define PRELUDE                                                                                    \
    "local s = 1 for i = 1, #ARGV do s = s * 17 + ARGV[i] end "                                    \
    "local function r(n) s = (s * 16807) % 2147483647 return s % n end "                           \
    "local odd = {0, -1, 1, 1/0, -1/0, 0/0, -(0/0), 2^53, -2^63, 2^63, 2^32, 2^31, -2^31, 1e15} "  \
    "local function num() local k = r(8) "                                                         \
    "if k == 0 then return r(256) - 128 "                                                          \
    "elseif k == 1 then return r(65536) * r(65536) - r(2^31) "                                     \
    "elseif k == 2 then return (r(2) * 2 - 1) * 2^r(70) "                                          \
    "elseif k == 3 then return (r(2^30) * 2^30 + r(2^30)) * 2^(r(160) - 120) "                     \
    "elseif k == 4 then return r(1000) / 100 "                                                     \
    "elseif k == 5 then return odd[r(#odd) + 1] "                                                  \
    "elseif k == 6 then return -r(1000) / 7 else return r(10) end end "                            \
    "local some = {'a', 'key', '', '/', 'x y', '1', string.char(195, 169), string.char(0)} "       \
    "local function str() if r(2) == 0 then return some[r(#some) + 1] end "                        \
    "local t = {} for i = 1, r(30) do t[i] = string.char(r(3) == 0 and r(256) or 97 + r(26)) "     \
    "end return table.concat(t) end "                                                              \
    "local function val(depth) local k = r(depth > 0 and 10 or 6) "                                \
    "if k < 2 then return num() elseif k < 4 then return str() "                                   \
    "elseif k == 4 then return r(2) == 0 elseif k == 5 then return r(3) > 0 and cjson.null or "    \
    "nil "                                                                                         \
    "end local t = {} for i = 1, r(6) do local key = i "                                           \
    "if k == 7 then key = str() elseif k == 8 then key = i + r(4) "                                \
    "elseif k == 9 then key = r(3) == 0 and r(20) / 4 or r(2) == 0 and r(9) - 2 or str() end "     \
    "t[key] = val(depth - 1) end return t end "                                                    \
    "local odd_bytes = '{}[],:ntfu0189.eE+- x/' .. string.char(34, 92, 0, 128, 255, 193, 212) "    \
    "local function broken(text) if #text == 0 then return text end local at = r(#text) + 1 "      \
    "local b = r(#odd_bytes) + 1 "                                                                 \
    "return text:sub(1, at - 1) .. odd_bytes:sub(b, b) .. text:sub(at + r(3)) end "                \
    "local function show(v) if type(v) ~= 'table' then return type(v) .. ' ' .. "                  \
    "(type(v) == 'number' and string.format('%.17g', v) or tostring(v)) end "                      \
    "local out = {} for key, value in pairs(v) do out[#out + 1] = show(key) .. '=' .. "            \
    "show(value) end table.sort(out) return '{' .. table.concat(out, ';') .. '}' end "             \
    "local out = {} local function tell(...) for i = 1, select('#', ...) do "                      \
    "out[#out + 1] = show((select(i, ...))) end end "

#define SEED                                                                                       \
    " 0 {0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15} {0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15} "          \
    "{0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15} {0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15}"

static const struct generate_pattern patterns[] = {
    {4, "EVAL \"" PRELUDE "for i = 1, 6 do local ok, text = pcall(cjson.encode, val(4)) "
        "tell(ok, text) if ok then tell(pcall(cjson.decode, text)) "
        "for j = 1, 4 do tell(pcall(cjson.decode, broken(text))) end end end return out\"" SEED},
    {2,
     "EVAL \"" PRELUDE "local json = cjson.new() json.encode_sparse_array(r(2) == 0, r(4), r(6)) "
     "json.encode_invalid_numbers(r(2) == 0 and 'null' or r(2) == 0) "
     "json.decode_invalid_numbers(r(2) == 0) json.encode_number_precision(1 + r(14)) "
     "json.encode_max_depth(1 + r(4)) json.decode_max_depth(1 + r(4)) "
     "for i = 1, 6 do local ok, text = pcall(json.encode, val(4)) tell(ok, text) "
     "if ok then tell(pcall(json.decode, text)) end end return out\"" SEED},
    {4, "EVAL \"" PRELUDE "for i = 1, 6 do local bytes = cmsgpack.pack(val(4), val(1), num()) "
        "tell(bytes, pcall(cmsgpack.unpack, bytes)) "
        "tell(pcall(cmsgpack.unpack_limit, bytes, r(4) - 1, r(6) - 1)) "
        "for j = 1, 4 do tell(pcall(cmsgpack.unpack, broken(bytes))) end end return out\"" SEED},
    {3, "EVAL \"" PRELUDE "local options = {'b', 'B', 'h', 'H', 'l', 'L', 'T', 'f', 'd', 's', 'x', "
        "'i', 'I', 'i3', 'I5', 'i8', 'i9', 'I16', 'c0', 'c3', 'c', '<', '>', '!', '!2', '!16', "
        "' ', '!3', 'z', 'i40', 'c99'} "
        "for i = 1, 6 do local format, values = '', {} for j = 1, 1 + r(6) do "
        "local option = options[r(3) == 0 and r(#options) + 1 or r(18) + 1] "
        "format = format .. option "
        "if option == 's' or option:sub(1, 1) == 'c' then values[#values + 1] = str() "
        "elseif option:match('%a') and option ~= 'x' then values[#values + 1] = num() end end "
        "local ok, bytes = pcall(struct.pack, format, unpack(values)) "
        "tell(format, ok, bytes, pcall(struct.size, format)) "
        "tell(pcall(struct.unpack, format, ok and bytes or str(), 1 + r(2) * r(5))) end "
        "return out\"" SEED},
    {2,
     "EVAL \"" PRELUDE "local names = {'tobit', 'bnot', 'bswap', 'tohex', 'band', 'bor', 'bxor', "
     "'lshift', 'rshift', 'arshift', 'rol', 'ror'} for i = 1, 30 do "
     "local name = names[r(#names) + 1] tell(name, pcall(bit[name], num(), num(), "
     "r(2) == 0 and num() or 1)) tell(pcall(bit[name], num())) end return out\"" SEED},
    {4, "EVAL \"" PRELUDE "local items = {'a', 'b', '.', '%a', '%d', '%s', '%w', '%W', '[ab]', "
        "'[^a]', '[a-c]', '(', ')', '()', '%1', '%bab', '%f[%a]', '$', '^', '%', '[', 'x', '%p', "
        "'%z'} local marks = {'', '', '', '*', '+', '-', '?'} "
        "local function pattern() local t = {} if r(4) == 0 then t[1] = '^' end "
        "for i = 1, r(6) do t[#t + 1] = items[r(r(2) == 0 and #items or 11) + 1] .. "
        "marks[r(#marks) + 1] end return table.concat(t) end "
        "for i = 1, 15 do local t = {} for j = 1, r(16) do "
        "local at = r(10) + 1 t[j] = ('ab1 .x' .. string.char(0, 200) .. 'aa'):sub(at, at) end "
        "local text, p = table.concat(t), pattern() "
        "tell(text, p, pcall(string.find, text, p, r(6) - 2)) tell(pcall(string.match, text, p)) "
        "tell(pcall(string.gsub, text, p, ('[%0]|%1|<%1%2>|%'):sub(1 + r(9), 18), r(4))) "
        "tell(pcall(string.gsub, text, p, r(2) == 0 and {a = 1, b = false} or function(a, b) "
        "return r(2) == 0 and a or b end)) "
        "tell(pcall(function() for a, b in text:gmatch(p) do tell(a, b) end end)) end "
        "return out\"" SEED},
    {2,
     "EVAL \"" PRELUDE "for i = 1, 20 do local a = num() tell(tostring(a), a .. '', "
     "tonumber(tostring(a)), tonumber(str()), tonumber('0x' .. r(99)), tonumber('' .. r(99), 2 + "
     "r(30)), pcall(string.format, '%5.' .. r(9) .. ({'f', 'g', 'e'})[r(3) + 1], a)) "
     "tell(pcall(string.format, '%' .. ({'d', 'x', 'c', 'q', 's', 'i', 'u'})[r(7) + 1], "
     "r(2) == 0 and str() or r(200))) "
     "redis.call('SET', 'number', a) tell(redis.call('GET', 'number')) end return out\"" SEED},
    {2,
     "EVAL \"" PRELUDE "redis.setresp(2 + r(2)) local function reply(depth) local k = r(depth > 0 "
     "and 10 or 6) if k == 0 then return num() elseif k == 1 then return str() "
     "elseif k == 2 then return r(2) == 0 elseif k == 3 then return {double = num()} "
     "elseif k == 4 then return {ok = 'fine'} elseif k == 5 then return {big_number = '1' .. "
     "r(99)} elseif k == 6 then return {verbatim_string = {format = 'txt', string = str()}} "
     "elseif k == 7 then return {map = {[r(9)] = reply(depth - 1)}} "
     "elseif k == 8 then return {set = {[str()] = true}} end "
     "local t = {} for i = 1, r(5) do t[i] = reply(depth - 1) end return t end "
     "return reply(4)\"" SEED},
};

const struct generate_family generate_libraries = GENERATE_FAMILY(patterns);
