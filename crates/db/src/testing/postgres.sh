# Starts a PostgreSQL of its own in a temporary folder, says "ready FOLDER", and removes it all when standard input ends.
# PostgreSQL refuses to run as root; then it runs as nobody.
set -u
exec 3>&1
fail() { echo "$1" >&2; exit 1; }

bin=
for candidate in /usr/lib/postgresql/*/bin /usr/local/bin /usr/local/pgsql/bin; do
    [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && bin=$candidate
done
if [ -z "$bin" ]; then
    found=$(command -v initdb) || fail "initdb was not found"
    bin=$(dirname "$found")
fi

folder=$(mktemp -d /tmp/stead-postgres.XXXXXX) || fail "no temporary folder"
as=
if [ "$(id -u)" = 0 ]; then
    group=$(id -gn nobody)
    chown "nobody:$group" "$folder"
    as="setpriv --reuid=nobody --regid=$group --clear-groups --"
fi
cd "$folder"
cleanup() {
    $as "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop </dev/null >/dev/null 2>&1
    cd /
    rm -rf "$folder"
}
trap cleanup EXIT
trap '' INT TERM HUP

$as "$bin/initdb" -D "$folder/data" -U stead -A trust -E UTF8 --locale=C --no-sync </dev/null >"$folder/initdb.log" 2>&1 \
    || { cat "$folder/initdb.log" >&2; fail "initdb failed"; }
$as "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 60 -o "-k $folder -c listen_addresses= -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB" start \
    </dev/null >/dev/null 2>&1 3>&- || { cat "$folder/data/server.log" >&2; fail "the server did not start"; }

echo "ready $folder" >&3
exec 3>&- >/dev/null 2>&1
while read -r _; do :; done
