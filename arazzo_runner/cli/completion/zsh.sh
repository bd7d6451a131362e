#compdef arazzo
# Completion of arazzo for zsh: source <(arazzo completion zsh), or as a file _arazzo in $fpath.
_arazzo() {
    local line value text prefix
    local -a reply closed closed_shown open open_shown
    reply=("${(@f)$(command "${(Q)words[1]}" __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    prefix=${reply[1]#*$'\t'}
    case $reply[1] in
        files*) compset -P "${(b)prefix}"; _files ;;
        folders*) compset -P "${(b)prefix}"; _files -/ ;;
        words*)
            for line in "${(@)reply[2,-1]}"; do
                value=${line%%$'\t'*}
                text=${line#*$'\t'}
                [[ -n $text ]] && text="$value  -- $text" || text=$value
                if [[ $value == *= ]]; then
                    open+=("$value") open_shown+=("$text")
                else
                    closed+=("$value") closed_shown+=("$text")
                fi
            done
            (( $#closed )) && compadd -l -d closed_shown -a closed
            (( $#open )) && compadd -S '' -l -d open_shown -a open
            (( $#closed + $#open ))
            ;;
    esac
}
if [[ $funcstack[1] == _arazzo ]]; then
    _arazzo "$@"
else
    compdef _arazzo arazzo
fi
