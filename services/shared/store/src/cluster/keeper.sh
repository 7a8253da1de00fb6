# Runs the server given as arguments and keeps it no longer than its owner lives: standard
# input is a pipe that only the owner holds, and it closes when the owner ends, even when it is killed.
# A service manager stops the owner, and the owner stops us.
trap '' TERM INT HUP
exec 3<&0
"$@" 3<&- &
server=$!
# INT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
{ read -r _; kill -INT "$server"; } <&3 &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill -KILL "$watcher" 2>/dev/null
exit "$status"
