" Scenarios of Faultline. Printed by `faultline-reference vim` from the tables that drive the
" parser.
if exists("b:current_syntax")
  finish
endif

syntax case match
syntax match scenarioVerb /[ \t]\@<=\%(error\|lose-ack\|delay\|kill\|oomkill\|pause\|term\|quiet\|retire\|restart\|deploy\|clock\|oom\|http\|db\|deleted\|duplicate\|poison\|reorder\|tear\|mail\|cut-reply\|slice\|stall\|reset\|refuse\|redis\|failover\|redis-restart\|evict\|expire\|script-flush\|flushall\|maxmemory\)\ze\%([ \t]\|$\)/
syntax match scenarioClause /[ \t]\@<=\%(when\|at\|until\|after fault\|p\|before\|after\|before,after\|times\|and\|with\|step\|the\|cmd\|pairs\|then\)\ze\%([ \t]\|$\)/
syntax match scenarioClaim /[ \t]\@<=\%(runs\|deliveries\|gap\|effect\|log\|state\|drained\|memory\|always\|fair\|jobs\|linearizable\|exclusive\|released\|stateless\|class\|done\|discarded\|dead\|dropped\|lost\|retrying\|scheduled\|waiting\|starts\|ends\|exits\|exactly\|at most\|at least\|zcard\|llen\|scard\|hlen\|strlen\|exists\|sismember\|ttl\|get\|hget\|rows\)\ze\%([ \t]\|$\)/
syntax match scenarioOption /[ \t]\@<=\%(concurrency\|fetch\|queues\|timeout\|wire\|poll\|pool\|max-retries\|reliable-push\|dead-max\|dead-timeout\|capsule\|metrics\|file\|in\|queue\|retry\|failure-rate\|failure-jobs\|latency\|silent\|processes\|window\|webhook\|depth\|budget\|swarm\)\ze\%([ \t]\|$\)/
syntax match scenarioConstant /[ \t]\@<=\%(basic\|reliable\|false\|true\|once\|forever\|all\|aof\|rdb\|empty\|garbage\|busy\|disconnect\|full\|schedule\|random\|fault\|pct\|urw\|dfs\|dpor\|guided\|small\|summer-time\|winter-time\|summer-time-us\|winter-time-us\|leap-day\|no-leap-day\|month-end\|new-year\|year-2038\)\ze\%([ \t]\|$\)/
syntax match scenarioStatement /^[ \t]*\%(scenario\|why\|set\|vary\|variant\|repeat\|end\|seed\|seeds\|start\|horizon\|tolerates\|idle\|schedule\|choice\|explore\|module\|processes\|given\|enqueue\|enqueue-bulk\|cron\|alerts\|fault\|sweep\|heal\|expect\|sometimes\|volatile\)\ze\%([ \t]\|$\)/
syntax match scenarioNumber /\%(^\|[ \t=,.]\)\@<=[+-]\?\d\+\ze\%([ \t.,]\|$\)/
syntax match scenarioNumber /\%(^\|[ \t.]\)\@<=[+-]\?\%(\d\+\%(us\|ms\|[smhdw]\|[KMG]iB\)\)\+\ze\%([ \t.]\|$\)/
syntax match scenarioSetting /\$\$\|\${[A-Za-z_][A-Za-z0-9_-]*}\|\$[A-Za-z_][A-Za-z0-9_-]*/
syntax match scenarioRange /{\d\+\.\.\d\+}/
syntax match scenarioEscape /\\\%([ntr"\\${]\|x\x\x\)/ contained
syntax region scenarioText start=/"/ skip=/\\./ end=/"/ oneline contains=scenarioEscape,scenarioSetting,scenarioRange
syntax match scenarioComment /\%(^\|[ \t]\)\@<=#.*$/
syntax match scenarioWhy /^[ \t]*why\%([ \t].*\)\?$/ contains=scenarioStatement

highlight default link scenarioStatement Statement
highlight default link scenarioNumber Number
highlight default link scenarioSetting Identifier
highlight default link scenarioRange Special
highlight default link scenarioEscape SpecialChar
highlight default link scenarioText String
highlight default link scenarioComment Comment
highlight default link scenarioWhy Comment
highlight default link scenarioVerb Function
highlight default link scenarioClause Conditional
highlight default link scenarioClaim Keyword
highlight default link scenarioOption Type
highlight default link scenarioConstant Constant

let b:current_syntax = "scenario"
