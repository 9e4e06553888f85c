# Outlives a JVM that was killed, and then kills what that JVM started.
#
#   sh -c "$(cat watchdog.sh)" assay-watchdog COOKIE
#
# COOKIE is what the environment of every process of that JVM contains. Standard input is a pipe whose other end only
# the JVM holds, with lines from it:
#   remove PATH   a folder to remove at the end; it must be, or be in, one named assay-*
#   keep PATH     not to be removed after all
#   pid N         a process, where there is no /proc to search
#   bye           everything is stopped: remove what is to be removed, and end
# The end of the pipe without a "bye" is the death of the JVM.
trap '' INT TERM HUP QUIT PIPE
LC_ALL=C
export LC_ALL
cd /
cookie=$1
nl='
'
paths=$nl
pids=

without() { # the list of paths but $1
    kept=$nl
    rest=${paths#"$nl"}
    while [ -n "$rest" ]; do
        path=${rest%%"$nl"*}
        rest=${rest#*"$nl"}
        [ "$path" = "$1" ] || kept=$kept$path$nl
    done
    paths=$kept
}

found() { # sets "living" to the processes with the cookie and their descendants
    living=
    if [ ! -r /proc/self/environ ]; then
        for pid in $pids; do
            kill -0 "$pid" 2>/dev/null && living="$living $pid"
        done
        return
    fi
    for file in $(grep -l -s -F -e "$cookie" /proc/[0-9]*/environ); do
        pid=${file#/proc/}
        living="$living ${pid%/environ}"
    done
    [ -n "$living" ] || return
    # Some programs overwrite their environment to show a title in ps; their parents are still known.
    parents=$(grep -s '^PPid:' /proc/[0-9]*/status)
    more=yes
    while [ -n "$more" ]; do
        more=
        while read -r entry parent; do
            pid=${entry#/proc/}
            pid=${pid%%/*}
            case " $living " in
                *" $pid "*) ;;
                *" $parent "*)
                    living="$living $pid"
                    more=yes
                    ;;
            esac
        done <<EOF
$parents
EOF
    done
}

signal() { # $1 to all that live
    for pid in $living; do
        [ "$pid" = $$ ] || kill "-$1" "$pid" 2>/dev/null
    done
}

remove() {
    rest=${paths#"$nl"}
    while [ -n "$rest" ]; do
        path=${rest%%"$nl"*}
        rest=${rest#*"$nl"}
        case $path in
            */../* | */..) ;;
            /*/assay-*) rm -rf -- "$path" ;;
        esac
    done
}

while IFS= read -r line; do
    case $line in
        bye)
            remove
            exit 0
            ;;
        'remove '*)
            without "${line#remove }"
            paths=$paths${line#remove }$nl
            ;;
        'keep '*) without "${line#keep }" ;;
        'pid '*) pids="$pids ${line#pid }" ;;
    esac
done

# About two seconds to end in an orderly way, then up to seven of killing. Several empty looks in a row, as one that is just
# being started does not carry the cookie yet.
round=0
empty=0
while [ $round -lt 60 ] && [ $empty -lt 5 ]; do
    found
    if [ -z "$living" ]; then
        empty=$((empty + 1))
    else
        empty=0
        if [ $round -lt 14 ]; then
            [ $((round % 7)) -ne 0 ] || signal TERM
        else
            signal KILL
        fi
    fi
    sleep 0.1
    round=$((round + 1))
done
remove
