# Completion of arazzo for bash 3.2 and newer: eval "$(arazzo completion bash)"
_arazzo_completion() {
    local reply kind line
    COMPREPLY=()
    reply=$(command "$1" __complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    {
        IFS= read -r kind
        while IFS= read -r line; do COMPREPLY+=("$line"); done
    } <<<"$reply"
    # Paths are left to readline, which knows how to quote them; bash 3.2 has no compopt.
    case $kind in
        words*) compopt +o default -o nospace 2>/dev/null ;;
        folders*) compopt +o default -o dirnames 2>/dev/null ;;
    esac
    return 0
}
complete -o default -F _arazzo_completion arazzo
