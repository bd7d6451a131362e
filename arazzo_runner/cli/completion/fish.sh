# Completion of arazzo for fish: arazzo completion fish | source
function __arazzo_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --cut-at-cursor --current-token | string trim --left --chars '\'"')
    set current (string unescape --no-quoted -- "$current")
    set -l reply (command $words[1] __complete fish $words[2..] "$current" 2>/dev/null)
    set -l head (string split \t -- $reply[1])
    switch $head[1]
        case files folders
            set -l typed (string sub --start (math (string length -- "$head[2]") + 1) -- "$current")
            set -l finder __fish_complete_path
            test $head[1] = folders; and set finder __fish_complete_directories
            for path in ($finder "$typed")
                printf '%s%s\n' "$head[2]" "$path"
            end
        case words
            printf '%s\n' $reply[2..]
    end
end
complete --command arazzo --no-files --keep-order --arguments '(__arazzo_complete)'
