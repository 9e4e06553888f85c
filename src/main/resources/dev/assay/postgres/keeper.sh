# Keeps a shared cluster for its users and stops it when there are none any more. Run as `sh -c` with the folder in the
# environment; the grace is counted in ticks of half a second.
#
# users/PID-START-ID   one file a user. A user whose process is gone is no user; its file is removed.
# keeper               PID-START of this script. Users start another where it is gone.
# stopping             PID-START of this script while it stops the server. A user writes its file and then looks for
#                      this mark; the script makes the mark and then looks for users: one of them sees the other.
trap '' INT TERM HUP
folder=$ASSAY_DB_FOLDER
grace=$ASSAY_DB_GRACE

say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $me: $*"; }

# Sets `start` to the start time of a live process: field 22 of its stat, counted behind the name in parentheses.
start_of() {
    start=
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${stat##*) }
    case $1 in Z | X) return 1 ;; esac
    start=${20}
}

users() {
    for file in "$folder"/users/*; do
        [ -e "$file" ] || continue
        name=${file##*/}
        rest=${name#*-}
        if start_of "${name%%-*}" && [ "$start" = "${rest%%-*}" ]; then return 0; fi
        rm -f "$file"
    done
    return 1
}

# PostgreSQL's processes on this data: their working directory is the data folder.
servers() {
    for p in /proc/[0-9]*; do
        if [ "$p/cwd" -ef "$folder/data" ]; then
            read -r comm <"$p/comm" || continue
            case $comm in postgres*) echo "${p#/proc/}" ;; esac
        fi
    done 2>/dev/null
}

# Signals in turn, each with the half seconds that it gets: end all sessions and write everything; at once; by force.
stop() {
    for step in INT:120 QUIT:20 KILL:20; do
        tick=0
        while pids=$(servers) && [ -n "$pids" ] && [ $tick -lt $((${step#*:} * 5)) ]; do
            if [ $tick -eq 0 ]; then
                if [ "${step%:*}" = KILL ]; then
                    kill -KILL $pids 2>/dev/null
                else
                    # the postmaster tells its children itself
                    read -r postmaster <"$folder/data/postmaster.pid" && kill -"${step%:*}" "$postmaster"
                fi
            fi
            sleep 0.1
            tick=$((tick + 1))
        done
        [ -n "$pids" ] || return 0
        say "still running after ${step%:*}: $pids"
    done
}

start_of $$
me=$$-$start
echo "$me" >"$folder/keeper.$$" && mv "$folder/keeper.$$" "$folder/keeper"

idle=0
while :; do
    if users; then
        idle=0
    elif [ $idle -lt "$grace" ]; then
        idle=$((idle + 1))
    else
        echo "$me" >"$folder/stopping.$$" && mv "$folder/stopping.$$" "$folder/stopping"
        if users; then
            rm -f "$folder/stopping"
            idle=0
        else
            say "no user left, stopping"
            stop
            say "stopped"
            read -r keeper <"$folder/keeper" && [ "$keeper" = "$me" ] && rm -f "$folder/keeper"
            rm -f "$folder/stopping"
            exit 0
        fi
    fi
    [ -d "$folder" ] || exit 0
    sleep 0.5
done
