" `:make %` tells the mistakes of this file.
setlocal commentstring=#\ %s
setlocal comments=:#
setlocal makeprg=faultline\ check
setlocal errorformat=%f:%l:%c:\ %m
let b:undo_ftplugin = "setlocal commentstring< comments< makeprg< errorformat<"
