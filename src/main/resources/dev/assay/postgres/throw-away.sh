# Watches over a throw-away cluster from outside the JVM that started it, which holds the other end of stdin. The word
# "bye" says that all is done. An end without it means that the JVM is gone: the server is stopped, the folder deleted.
# Run as `sh -c`, with the folder in the environment, so that the folder is in no command line but the server's.
trap '' INT TERM HUP
folder=$ASSAY_PG_FOLDER
read -r word
[ "$word" = bye ] && exit 0

# A server is known by its data folder, never by its number alone: as working directory (every PostgreSQL process is
# there), or, just started, as argument.
servers() {
    for p in /proc/[0-9]*; do
        if [ "$p/cwd" -ef "$folder/data" ]; then
            read -r name <"$p/comm" || continue
            case $name in postgres*) echo "${p#/proc/}" ;; esac
        fi
    done 2>/dev/null
}
starting() {
    printf '%s\n' "$folder/data" | grep -lsF -f - /proc/[0-9]*/cmdline 2>/dev/null | while read -r f; do
        p=${f%/cmdline}
        read -r name <"$p/comm" || continue
        case $name in postgres* | initdb | unshare | setsid | setpriv | runuser) echo "${p#/proc/}" ;; esac
    done 2>/dev/null
}

rounds=0
while pids=$(servers; starting) && [ -n "$pids" ] && [ $rounds -lt 100 ]; do
    # QUIT lets the postmaster stop its children and free its shared memory; KILL is for what does not listen
    signal=QUIT
    [ $rounds -ge 50 ] && signal=KILL
    for pid in $pids; do kill -$signal "$pid" 2>/dev/null; done
    sleep 0.1
    rounds=$((rounds + 1))
done
tries=0
while [ -e "$folder" ] && [ $tries -lt 50 ]; do
    rm -rf "$folder" 2>/dev/null
    [ -e "$folder" ] && sleep 0.1
    tries=$((tries + 1))
done
exit 0
