autocmd BufNewFile,BufRead *.scenario setfiletype scenario
